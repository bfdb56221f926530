@testable import Migrations
import Postgres
import SchemaFiles
import TestSupport
import Testing

@Suite("A migration", .timeLimit(.minutes(15)))
struct MigrationTests {
    @Test func `of one empty database by ten processes at once gives one schema`() async throws {
        try await TestDatabase.withEmpty { database in
            let reports = try await withThrowingTaskGroup(of: Migrator.Report.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await Migrator(try await database.connect()).migrate() }
                }
                return try await group.reduce(into: [Migrator.Report]()) { $0.append($1) }
            }

            #expect(reports.filter { !$0.applied.isEmpty }.count == 1)
            #expect(reports.filter(\.renewedCode).count == 1)
            try await Migrator(try await database.connect()).check()
        }
    }

    @Test func `does nothing the second time`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let before = try await connection.text("select xmin::text from ferry_state.code")

            let report = try await Migrator(connection).migrate()

            #expect(report == Migrator.Report(applied: [], renewedCode: false))
            #expect(
                try await connection.text("select xmin::text from ferry_state.code") == before)
        }
    }

    @Test func `gives a fresh database what an upgraded one has`() async throws {
        let fresh = try await TestDatabase.withSchema { try await catalog(of: $0) }
        #expect(fresh.count > 300)

        for prefix in 0..<SchemaSQL.migrations.count {
            let upgraded = try await TestDatabase.withEmpty { database in
                let connection = try await database.connect()
                try await connection.run(Migrator.foundation)
                for (index, file) in SchemaSQL.migrations.prefix(prefix).enumerated() {
                    try await connection.run(file.text)
                    try await connection.execute(
                        "insert into ferry_state.migrations (number, name) values ($1, $2)",
                        [.int(Int64(index + 1)), .text(file.name)])
                }
                let report = try await Migrator(connection).migrate()
                #expect(report.applied == SchemaSQL.migrations.dropFirst(prefix).map(\.name))
                return try await catalog(of: database)
            }
            #expect(upgraded.symmetricDifference(fresh).sorted() == [], "after \(prefix)")
        }
    }

    @Test func `drops a function that is no longer among the files`() async throws {
        try await TestDatabase.withSchema { database in
            let connection = try await database.connect()
            let before = try await catalog(of: database)
            try await connection.run(
                """
                create function ferry.old_command(name text) returns bigint
                    language sql as 'select 1::bigint';
                create procedure ferry_state.old_work() language sql as 'select 1';
                create function ferry_state.old_part() returns integer language sql return 1;
                create function ferry_state.old_whole() returns integer
                    language sql return ferry_state.old_part();
                create function ferry_state.old_check() returns trigger language plpgsql
                    as $$ begin return new; end $$;
                create trigger old_check before insert on ferry_state.settings
                    for each row execute function ferry_state.old_check();
                create trigger old_refusal before update on ferry_state.settings
                    for each row execute function ferry_state.refuse_change();
                update ferry_state.code_files set hash = 'older'
                 where name = 'functions/refuse_change';
                create function ferry.cancel_command(id text) returns void
                    language sql as 'select';
                update ferry_state.code set fingerprint = 'older';
                """)

            let report = try await Migrator(connection).migrate()

            #expect(report == Migrator.Report(applied: [], renewedCode: true))
            #expect(try await catalog(of: database) == before)
        }
    }

    @Test func `leaves the database as it was when it fails`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("create schema ferry; create table ferry.mine (n int)")

            await #expect(throws: PostgresError.self) {
                try await Migrator(connection).migrate()
            }

            let schemas = try await connection.query(
                "select nspname from pg_namespace where nspname like 'ferry%'")
            #expect(try schemas.map { try $0[0].string() } == ["ferry"])
        }
    }

    @Test func `needs no superuser`() async throws {
        // Makes the test roles.
        try await TestDatabase.withSchema { _ in }
        try await TestDatabase.withEmpty { database in
            let superuser = try await database.connect()
            try await superuser.run(
                """
                create role \(database.name)_owner login nosuperuser createrole;
                grant create on database \(database.name) to \(database.name)_owner;
                """)
            let owner = try await database.connect(as: "\(database.name)_owner")

            let report = try await Migrator(owner).migrate()

            #expect(report.applied.count == SchemaSQL.migrations.count)
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)
            let ids = try await alice.create("a")
            #expect(try await worker.applyAll() == ids)
            await alice.close()
            await worker.close()
            try await superuser.run(
                "drop owned by \(database.name)_owner cascade; drop role \(database.name)_owner")
        }
    }
}

@Suite("The check of a schema", .timeLimit(.minutes(15)))
struct SchemaCheckTests {
    private func finding(
        _ database: TestDatabase, after change: String = "", as role: TestRole? = nil
    ) async throws -> SchemaError? {
        let owner = try await database.connect()
        try await owner.run(change)
        let connection = if let role { try await database.connect(as: role) } else { owner }
        do {
            try await Migrator(connection).check()
            return nil
        } catch let error as SchemaError {
            return error
        }
    }

    @Test func `finds that there is none`() async throws {
        try await TestDatabase.withEmpty { database in
            let found = try await finding(database)
            #expect(found == .missing)
        }
    }

    @Test func `passes as the worker on a database that is up to date`() async throws {
        try await TestDatabase.withSchema { database in
            let found = try await finding(database, as: .worker)
            #expect(found == nil)
        }
    }

    @Test func `finds an older one, a newer one and other functions`() async throws {
        try await TestDatabase.withSchema { database in
            let name = try #require(SchemaSQL.migrations.last?.name)
            let number = SchemaSQL.migrations.count

            let code = try await finding(
                database, after: "update ferry_state.code set fingerprint = 'other'")
            let older = try await finding(
                database, after: "delete from ferry_state.migrations where number = \(number)")
            let newer = try await finding(
                database, after: "insert into ferry_state.migrations values (9999, '9999_next')")

            #expect(code == .differentCode)
            #expect(!(older?.isNewerThanProgram ?? true) && newer?.isNewerThanProgram ?? false)
            #expect(older == .older(missing: name))
            #expect(newer == .newer(migration: "9999_next"))
            await #expect(throws: SchemaError.newer(migration: "9999_next")) {
                try await Migrator(try await database.connect()).migrate()
            }
        }
    }

    @Test func `distinguishes functions of a newer release from those of an older one`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let newer = try await finding(
                database, after: "insert into ferry_state.code (fingerprint) values ('next')")
            let migrator = Migrator(try await database.connect())

            #expect(newer == .newerCode)
            await #expect(throws: SchemaError.newerCode) { try await migrator.migrate() }
            let report = try await migrator.migrate(allowDowngrade: true)
            #expect(report == Migrator.Report(renewedCode: true))
            let found = try await finding(database)
            #expect(found == nil)
            // The newer release may come back.
            let history = try await database.connect().query("select from ferry_state.code")
            #expect(history.count == 1)
        }
    }

    @Test(arguments: [
        SchemaError.missing, .older(missing: "0002_x"), .newer(migration: "0009_x"),
        .newerCode, .differentCode,
    ])
    func `names the way out`(error: SchemaError) {
        let wayOut =
            error.isNewerThanProgram ? "update this program" : "run `ferry migrate`"
        #expect(error.description.contains(wayOut))
    }
}

/// Every object of Ferry's schemas, one text each.
private func catalog(of database: TestDatabase) async throws -> Set<String> {
    let connection = try await database.connect()
    let rows = try await connection.query(
        """
        with schemas as (
            select oid, nspname from pg_namespace where nspname in ('ferry', 'ferry_state')
        ),
        relations as (
            select c.*, s.nspname || '.' || c.relname as name
              from pg_class as c join schemas as s on s.oid = c.relnamespace
        )
        select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '')
          from pg_namespace join schemas using (oid, nspname)
        union all
        select concat_ws(' ', 'relation', name, relkind, relpersistence, relacl::text,
                         reloptions::text)
          from relations
        union all
        select concat_ws(' ', 'column', r.name, a.attnum, a.attname,
                         format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                         pg_get_expr(d.adbin, d.adrelid))
          from relations as r
          join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0
          left join pg_attrdef as d on d.adrelid = r.oid and d.adnum = a.attnum
        union all
        select concat_ws(' ', 'constraint', r.name, conname, pg_get_constraintdef(k.oid))
          from pg_constraint as k join relations as r on r.oid = k.conrelid
        union all
        select 'index ' || pg_get_indexdef(oid) from relations where relkind = 'i'
        union all
        select concat_ws(' ', 'view', name, md5(pg_get_viewdef(oid)))
          from relations where relkind = 'v'
        union all
        select 'trigger ' || pg_get_triggerdef(t.oid)
          from pg_trigger as t join relations as r on r.oid = t.tgrelid where not tgisinternal
        union all
        select concat_ws(' ', 'function', p.oid::regprocedure, proacl::text,
                         md5(pg_get_functiondef(p.oid)))
          from pg_proc as p join schemas as s on s.oid = p.pronamespace
        union all
        select 'row ' || e::text from ferry_state.environments as e
        union all
        select 'migration ' || number || ' ' || name from ferry_state.migrations
        union all
        (select 'code ' || fingerprint from ferry_state.code order by number desc limit 1)
        union all
        select 'file ' || name || ' ' || hash from ferry_state.code_files
        """)
    return Set(try rows.map { try $0[0].string() })
}
