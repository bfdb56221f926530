import Foundation
import Postgres
import TestSupport
import Testing

extension Attacks {
    /// The trust in a worker's role ends where the schema, the record and the work of others begin.
    @Suite("A session with the role of a worker", .timeLimit(.minutes(15)))
    struct StolenWorkerRoleTests {
        private static let statements = [
            // To have every program refuse the schema, or stop all commands.
            "insert into ferry_state.migrations select * from ferry_state.migrations",
            "delete from ferry_state.migrations", "update ferry_state.code set fingerprint = 'x'",
            "delete from ferry_state.lane_slots", "truncate ferry_state.lane_slots",
            "update ferry_state.command_definitions set command = 'x'",
            "delete from ferry_state.environments",
            "select ferry_state.prune_batch('commands', now(), 0, false)",
            "update ferry_state.retention set due_at = now()",
            "select ferry_state.make_event_partition('2030-01-01')",
            "select setval('ferry_state.ids', 1)",
            // To change what happened.
            "delete from ferry_state.commands", "delete from ferry_state.command_outcomes",
            "update ferry_state.commands set actor = 'x'",
            "update ferry_state.command_outcomes set state = 'applied'",
            "update ferry_state.events set actor = 'x'", "delete from ferry_state.events",
            "delete from ferry_state.run_manifests", "truncate ferry_state.events",
            // To have the owner run something.
            "create function ferry_state.f() returns int language sql as 'select 1'",
            "create or replace function ferry_state.now() returns timestamptz language sql "
                + "as 'select null::timestamptz'",
            "create trigger t before insert on ferry_state.commands for each row "
                + "execute function suppress_redundant_updates_trigger()",
            "alter table ferry_state.commands disable trigger all",
            "set session_replication_role = replica",
        ]

        @Test func `changes neither the schema nor the record, and stops no worker`()
            async throws
        {
            try await Scene.with { scene in
                _ = try await scene.startLimited("before")
                try await scene.configure(tables: #"["public.customers"]"#)
                try await scene.othersRun()
                let record = """
                    select concat_ws(' ', (select count(*) from ferry_state.commands),
                        (select count(*) from ferry_state.migrations),
                        (select md5(string_agg(c::text, '' order by id))
                           from ferry_state.commands as c),
                        (select md5(string_agg(o::text, '' order by command_id))
                           from ferry_state.command_outcomes as o))
                    """
                let before = try await scene.queue.text(record)
                let attacker = try await scene.attacker(in: "ferry_worker")

                for statement in Self.statements {
                    let refusal = try await attacker.refusal(of: statement)
                    #expect(["42501", "FY013"].contains(refusal), "\(statement)")
                }
                #expect(try await scene.queue.text(record) == before)

                // Those at work go on, and those that start find the schema as it was.
                try await scene.othersAreServed()
                let after = try await scene.startLimited("after")
                try await scene.registered("after")
                #expect(after.isRunning)
                try await scene.othersRun()
                await attacker.close()
            }
        }
    }
}
