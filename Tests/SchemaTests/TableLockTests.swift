import Postgres
import TestSupport
import Testing

@Suite("A lock of a whole table or view", .timeLimit(.minutes(15)))
struct TableLockTests {
    /// Returns `relation mode` for each lock of a table, and `relation for update` for each lock of
    /// rows, that the caller may take.
    private static let attempt = """
        create function pg_temp.locks(p_names text[]) returns setof text language plpgsql as $$
        declare
            v_name text;
            v_lock text;
        begin
            foreach v_name in array p_names loop
                foreach v_lock in array array[
                    'access share', 'row share', 'row exclusive', 'share update exclusive', 'share',
                    'share row exclusive', 'exclusive', 'access exclusive']
                loop
                    begin
                        execute format('lock table %s in %s mode nowait', v_name, v_lock);
                        return next v_name || ' ' || v_lock;
                    exception
                        when insufficient_privilege then null;
                        when lock_not_available then return next v_name || ' ' || v_lock;
                    end;
                end loop;
                foreach v_lock in array array['key share', 'share', 'no key update', 'update'] loop
                    begin
                        execute format('select from %s for %s', v_name, v_lock);
                        return next v_name || ' for ' || v_lock;
                    -- Of some views PostgreSQL says first that their rows cannot be locked.
                    exception when insufficient_privilege or feature_not_supported then null;
                    end;
                end loop;
            end loop;
        end $$
        """

    private func taken(_ database: TestDatabase, by role: TestRole, _ relations: [String])
        async throws -> Set<String>
    {
        let connection = try await database.connect(as: role)
        try await connection.run(Self.attempt)
        let rows = try await connection.query(
            "select * from pg_temp.locks($1::text[])", [Value(relations)])
        await connection.close()
        return Set(try rows.map { try $0[0].string() })
    }

    private func relations(_ database: TestDatabase) async throws -> [String] {
        let owner = try await database.connect()
        return try await owner.query(
            """
            select relnamespace::regnamespace || '.' || relname from pg_class
             where relnamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
               and relkind in ('r', 'p', 'v')
            """
        ).map { try $0[0].string() }
    }

    /// The locks of reading and inserting: they block only a migration.
    private func isHarmless(_ lock: String, where mayInsert: Set<String>) -> Bool {
        let relation = String(lock.prefix { $0 != " " })
        let mode = lock.dropFirst(relation.count + 1)
        return mode == "access share"
            || mayInsert.contains(relation) && ["row share", "row exclusive"].contains(mode)
    }

    @Test(arguments: [TestRole.alice, .viewer, .outsider])
    func `is taken by no client`(_ role: TestRole) async throws {
        try await TestDatabase.withSchema { database in
            let all = try await relations(database)
            let mayInsert: Set =
                role == .alice ? ["ferry.commands", "ferry.cancellations", "ferry.applying"] : []

            let locks = try await taken(database, by: role, all)

            let harmful = locks.filter { !isHarmless($0, where: mayInsert) }
            #expect(harmful.sorted() == [])
            // Each view can be read, or nothing was tried.
            let views = all.filter { $0.hasPrefix("ferry.") }
            let read = views.filter { locks.contains("\($0) access share") }
            #expect(read == (role == .outsider ? [] : views))
        }
    }

    @Test func `is taken by a worker of nothing that it only adds to`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let changed = try await owner.query(
                """
                select relnamespace::regnamespace || '.' || relname
                  from pg_class, aclexplode(relacl)
                 where grantee = 'ferry_worker'::regrole and privilege_type in ('UPDATE', 'DELETE')
                """
            ).map { try $0[0].string() }
            let added = try await relations(database).filter { !changed.contains($0) }

            let locks = try await taken(database, by: .worker, added)

            // Of rows of these alone.
            let slots = ["lane_slots", "destination_slots", "locks"].map { "ferry_state.\($0)" }
            let mayInsert = Set(added)
            let harmful = locks.filter { lock in
                !isHarmless(lock, where: mayInsert)
                    && !slots.contains { lock.hasPrefix("\($0) for ") }
            }
            #expect(harmful.sorted() == [])
            let needed = slots.map { "\($0) for update" } + ["ferry_state.events row exclusive"]
            #expect(locks.isSuperset(of: needed))
        }
    }
}
