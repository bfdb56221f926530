import Postgres
import TestSupport
import Testing

extension Attacks {
    /// As the weakest role that there is: it may send commands, and each is rejected.
    @Suite("A flood of commands", .timeLimit(.minutes(15)))
    struct FloodingTests {
        private static let floods = [
            "select 'create_data_export', jsonb_build_object('name', 'x' || n)",
            "select 'add_tables', '{\"name\": \"x\", \"tables\": [\"a\"]}'::jsonb",
            """
            select 'grant_policy', '{"role": "test_client_alice",
                                     "policy": "datagrid_administrator"}'::jsonb
            """,
        ]

        @Test(arguments: floods)
        func `keeps no other sender waiting`(_ flood: String) async throws {
            try await Scene.with { scene in
                let attacker = try await scene.attacker()
                let other = try await scene.attacker()
                let role = try await attacker.query("select current_user::text")[0][0].string()
                try await attacker.execute(
                    """
                    insert into ferry.commands (command, arguments)
                    \(flood) from generate_series(1, 10000) as n
                    """)
                _ = try await scene.startLimited()
                for number in 1...2 {
                    let id = try await other.send(
                        "create_data_export", "{\"name\": \"b\(number)\"}")
                    _ = try await scene.outcome(of: id)
                    // The flood goes on: nine batches at most were applied meanwhile, of 20.
                    let left = try await scene.queue.number(
                        "select count(*) from ferry_state.command_queue where actor = $1",
                        [.text(role)])
                    #expect(left > 10_000 - number * 4_500, "\(left)")
                }
                await other.close()
                await attacker.close()
            }
        }

        @Test(arguments: [0, 1])
        func `cannot say that it is urgent`(_ priority: Int) async throws {
            try await Scene.with { scene in
                _ = try await scene.startLimited()
                let attacker = try await scene.attacker(policy: "amp360_user")

                let refusal = try await attacker.refusal(
                    of: """
                        insert into ferry.commands (command, arguments, priority)
                        select 'create_data_export', jsonb_build_object('name', 'x' || n),
                               \(priority)
                          from generate_series(1, 20000) as n
                        """)

                #expect(refusal == "FY016")
                #expect(
                    try await attacker.query("select count(*) from ferry.commands")[0][0].int()
                        == 0)
                try await scene.othersAreServed()
                await attacker.close()
            }
        }

        @Test func `leaves nothing of its arguments`() async throws {
            try await Scene.with { scene in
                let attacker = try await scene.attacker()
                let sent = try await attacker.query(
                    """
                    with content as materialized (
                        select jsonb_agg(sha256(n::text::bytea)) as tables
                          from generate_series(1, 13000) as n
                    )
                    insert into ferry.commands (command, arguments)
                    select 'add_tables', jsonb_build_object('name', 'x' || n, 'tables', tables)
                      from content, generate_series(1, 20) as n
                    returning id
                    """
                ).map { try $0[0].int64() }
                let size = "select sum(pg_column_size(arguments)) from ferry_state.commands"
                #expect(try await scene.queue.number(size) > 10_000_000)

                _ = try await scene.startLimited()
                for id in sent {
                    #expect(try await scene.outcome(of: id).state == "rejected")
                }

                #expect(try await scene.queue.number(size) < 1_000)
                try await scene.othersAreServed()
                await attacker.close()
            }
        }

        @Test func `is canceled by it no sooner than what others want to be canceled`()
            async throws
        {
            try await Scene.with { scene in
                let attacker = try await scene.attacker()
                let later = """
                    insert into ferry.commands (command, arguments, run_at)
                    select 'create_data_export', jsonb_build_object('name', 'x' || n), 'infinity'
                      from generate_series(1, $1::int) as n
                    """
                try await attacker.execute(later, [.int(5000)])
                try await attacker.run(
                    """
                    insert into ferry.cancellations (command_id)
                    select id from ferry.commands, generate_series(1, 3);
                    """)
                let other = try await scene.attacker()
                try await other.execute(later, [.int(1)])
                try await other.run(
                    "insert into ferry.cancellations (command_id) select id from ferry.commands")

                _ = try await scene.startLimited()
                try await eventually("all are canceled") {
                    try await scene.queue.number(
                        "select count(*) from ferry.events where event = 'command_canceled'")
                        == 5001
                }

                let earlier = try await scene.queue.number(
                    """
                    select count(*) from ferry.events as e
                     where event = 'command_canceled' and id < (
                        select min(id) from ferry.events as o
                         where o.event = 'command_canceled' and o.actor <> e.actor)
                    """)
                // A batch of theirs, not all that came before.
                #expect(earlier <= 1000)
                try await scene.othersAreServed()
                await other.close()
                await attacker.close()
            }
        }
    }
}
