import Foundation
import Postgres
import TestSupport
import Testing

extension Attacks {
    @Suite("A session that holds what it can", .timeLimit(.minutes(15)))
    struct HeldLockTests {
        /// Takes, until the transaction ends, every lock of a table and of rows that it can have.
        /// Returns how many.
        private static let lockAll = """
            create function pg_temp.lock_all() returns integer language plpgsql as $$
            declare
                v_name text;
                v_lock text;
                v_held integer := 0;
            begin
                for v_name, v_lock in
                    select relnamespace::regnamespace || '.' || quote_ident(relname), l
                      from pg_class, unnest(array[
                        'lock table %s in access share mode nowait',
                        'lock table %s in row share mode nowait',
                        'lock table %s in row exclusive mode nowait',
                        'lock table %s in share update exclusive mode nowait',
                        'lock table %s in share mode nowait',
                        'lock table %s in share row exclusive mode nowait',
                        'lock table %s in exclusive mode nowait',
                        'lock table %s in access exclusive mode nowait',
                        'select from %s for key share nowait', 'select from %s for share nowait',
                        'select from %s for no key update nowait',
                        'select from %s for update nowait']) as l
                     where relnamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace,
                                            'pg_catalog'::regnamespace)
                       and relkind in ('r', 'p', 'v')
                loop
                    begin
                        execute format(v_lock, v_name);
                        v_held := v_held + 1;
                    exception when others then null;
                    end;
                end loop;
                return v_held;
            end $$
            """

        @Test(arguments: ["ferry_client", "ferry_viewer", nil])
        func `blocks no others by locks of tables and rows`(_ group: String?) async throws {
            try await Scene.with { scene in
                let attacker = try await scene.attacker(in: group)
                try await attacker.run(Self.lockAll)
                try await attacker.run("begin")
                #expect(try await attacker.query("select pg_temp.lock_all()")[0][0].int() > 50)

                // Also at their start, and for all that a run needs.
                _ = try await scene.startLimited()
                try await scene.configure(tables: #"["public.customers"]"#)
                try await scene.othersRun()

                #expect(try await attacker.query("select pg_temp.lock_all()")[0][0].int() > 50)
                await attacker.close()
            }
        }

        /// Keys that a reader of the source code could think of, and small ones.
        @Test func `blocks no others by advisory locks`() async throws {
            try await Scene.with { scene in
                let attacker = try await scene.attacker(in: nil)
                try await attacker.run(
                    """
                    select pg_advisory_lock(n, m) from generate_series(0, 9) as n,
                           generate_series(0, 9) as m;
                    select pg_advisory_lock(1181053561, m) from generate_series(0, 60) as m;
                    select pg_advisory_lock(n) from generate_series(0, 99) as n;
                    select pg_advisory_lock(hashtextextended(word, n)),
                           pg_advisory_lock(hashtext(word), n),
                           pg_advisory_lock(hashtextextended(word || ' ' || n, 0))
                      from unnest(array['ferry', 'ferry prune', 'ferry migrate', 'ferry worker',
                                        'ferry configuration', 'ferry group run',
                                        'ferry run limit']) as word,
                           generate_series(0, 3) as n;
                    select pg_advisory_lock(hashtextextended(relname, 0)),
                           pg_advisory_lock(hashtext(relname))
                      from pg_class
                     where relnamespace = 'ferry_state'::regnamespace and relkind = 'r';
                    """)

                let victim = try await scene.startLimited("victim")
                try await scene.configure(tables: #"["public.customers"]"#)
                try await scene.othersRun()
                victim.signal(SIGKILL)
                _ = try await victim.end()
                _ = try await scene.startLimited("heir")
                try await eventually(within: .seconds(60), "the victim is seen to be lost") {
                    try await scene.queue.number(
                        "select count(*) from ferry.events where event = 'worker_lost'") == 1
                }
                try await scene.othersRun()
                await attacker.close()
            }
        }

        /// A user of groups, in the transaction of whom lie the keys that a scheduler could use.
        @Test func `stops no schedule by idempotency keys`() async throws {
            try await Scene.with { scene in
                try await scene.takeClock(at: "2026-01-01 00:00:30Z")
                _ = try await scene.startLimited()
                try await scene.configureGroup(schedule: "* * * * *")
                let attacker = try await scene.attacker(policy: "amp360_user")
                let group = try await scene.queue.number(
                    "select id from ferry_state.orchestration_groups")
                try await attacker.run("begin")
                let keys = try await attacker.query(
                    """
                    insert into ferry.commands (command, arguments, idempotency_key)
                    select 'run_orchestration_group', '{"name": "G"}', prefix || time
                      from unnest(array['', 'at ', 'ferry: group ', 'ferry: group \(group) ',
                                        'ferry: group \(group) at ']) as prefix,
                           unnest(array['2026-01-01 00:01:00+00', '2026-01-01T00:01:00Z',
                                        '2026-01-01 00:01:00', '2026-01-01 00:01:00Z',
                                        '1767225660']) as time
                    returning id
                    """)
                #expect(keys.count == 25)

                try await scene.setClock("2026-01-01 00:01:00Z")
                try await eventually(within: .seconds(60), "the group runs by its schedule") {
                    try await scene.queue.texts("select state from ferry.group_runs")
                        == ["succeeded"]
                }
                #expect(try await scene.fired() == ["00:01"])
                await attacker.close()
            }
        }

        /// With a command in each of the lanes that there are, and with one on the others' object.
        @Test func `blocks no others by uncommitted cancellations`() async throws {
            try await Scene.with { scene in
                let names = try await scene.queue.texts(
                    """
                    select distinct on (slot) name
                      from (select 'n' || n as name,
                                   ferry_state.lane_slot(ferry_state.lane_number(
                                       'data_export', 'production', 'n' || n, null)) as slot
                              from generate_series(1, 120000) as n) as s
                    """)
                #expect(names.count == 8192)
                let attacker = try await scene.attacker()
                try await attacker.execute(
                    """
                    insert into ferry.commands (command, arguments, run_at)
                    select 'create_data_export', jsonb_build_object('name', name),
                           now() + interval '1 year'
                      from unnest($1::text[] || 'Victim'::text) as name
                    """, [Value(names)])
                try await attacker.run(
                    """
                    begin;
                    insert into ferry.cancellations (command_id) select id from ferry.commands;
                    """)

                _ = try await scene.startLimited()
                try await scene.apply("create_data_export", #"{"name": "Victim"}"#)
                try await scene.othersAreServed()

                try await attacker.run("commit")
                // Theirs are honoured, and others served meanwhile.
                try await scene.othersAreServed()
                try await eventually(within: .seconds(120), "all are canceled") {
                    try await attacker.query(
                        "select count(*) from ferry.unfinished_commands")[0][0].int() == 0
                }
                await attacker.close()
            }
        }
    }
}
