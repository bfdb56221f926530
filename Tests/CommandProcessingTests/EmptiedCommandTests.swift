import Postgres
import TestSupport
import Testing
import Values

/// Bob holds no policy, as every role that was only let in.
@Suite("A command of a sender without any policy", .timeLimit(.minutes(15)))
struct EmptiedCommandTests {
    /// Sends a command with arguments of some 900 KiB that no compression makes small.
    private func sendMuch(_ sender: Connection, key: String? = nil) async throws -> Int64 {
        try await sender.query(
            """
            insert into ferry.commands (command, arguments, idempotency_key)
            select 'add_tables', jsonb_build_object('name', 'x', 'tables', (
                       select jsonb_agg(sha256(n::text::bytea)) from generate_series(1, 13000) as n
                   )), $1
            returning id
            """, [Value(key)])[0][0].int64()
    }

    private func arguments(_ scene: CommandScene, _ id: Int64) async throws -> String {
        try await scene.texts("select arguments::text from ferry.commands where id = \(id)")[0]
    }

    private let dropped = #"{"dropped": "no policy"}"#

    @Test func `keeps no arguments once it is rejected`() async throws {
        try await CommandScene.with { scene in
            let bob = try await scene.database.connect(as: .bob)
            let id = try await sendMuch(bob)
            let size = "select pg_column_size(arguments) from ferry_state.commands where id = \(id)"
            #expect(try await scene.count(size) > 500_000)

            try await scene.processor().drain()

            #expect(try await scene.state(id) == "rejected")
            #expect(try await scene.count(size) < 64)
            #expect(
                try await bob.query("select arguments::text from ferry.commands")[0][0].string()
                    == dropped)
            #expect(try await scene.events(id) == ["command_rejected"])
        }
    }

    @Test func `keeps none either once it is canceled`() async throws {
        try await CommandScene.with { scene in
            let bob = try await scene.database.connect(as: .bob)
            let id = try await sendMuch(bob)
            try await bob.execute("select ferry.cancel_command($1)", [.int(id)])

            try await scene.processor().drain()

            #expect(try await scene.state(id) == "canceled")
            #expect(try await arguments(scene, id) == dropped)
        }
    }

    @Test func `keeps them if the actor or the login holds one, wherever that is`() async throws {
        try await CommandScene.with { scene in
            // Of another environment, and not the right one.
            try await scene.admin.run(
                """
                insert into ferry_state.policy_assignments
                       (id, role, policy, environment, denial, options, created_by)
                values (-98, 'test_client_bob', 'amp360_user', 'elsewhere', false, '[]', 'test')
                """)
            let bob = try await scene.database.connect(as: .bob)
            let own = try await bob.query("select ferry.create_data_export('a')")[0][0].int64()
            try await scene.processor().drain()
            try await scene.admin.run(
                """
                update ferry_state.policy_assignments set role = 'ferry' where id = -98;
                """)
            let login = try await scene.database.connect()
            try await login.run("set role test_client_bob")
            let other = try await login.query("select ferry.create_data_export('a')")[0][0].int64()
            try await scene.processor().drain()

            for id in [own, other] {
                #expect(try await scene.status(id).code == "permission_denied")
                #expect(try await arguments(scene, id) == #"{"name": "a"}"#)
            }
        }
    }

    @Test func `keeps none if all that it holds is a denial`() async throws {
        try await CommandScene.with { scene in
            try await scene.admin.run(
                """
                insert into ferry_state.policy_assignments
                       (id, role, policy, denial, options, created_by)
                values (-98, 'test_client_bob', 'amp360_user', true, '[]', 'test')
                """)
            let bob = try await scene.database.connect(as: .bob)
            let id = try await bob.query("select ferry.create_data_export('a')")[0][0].int64()

            try await scene.processor().drain()

            #expect(try await arguments(scene, id) == dropped)
        }
    }

    @Test func `is still the one that its idempotency key stands for`() async throws {
        try await CommandScene.with { scene in
            let bob = try await scene.database.connect(as: .bob)
            let id = try await sendMuch(bob, key: "k")
            try await scene.processor().drain()
            #expect(try await arguments(scene, id) == dropped)

            #expect(try await sendMuch(bob, key: "k") == id)
            await #expect(throws: PostgresError.self) {
                _ = try await bob.query(
                    """
                    insert into ferry.commands (command, arguments, idempotency_key)
                    values ('add_tables', '{"name": "x", "tables": ["a"]}', 'k')
                    """)
            }
            #expect(try await scene.count("select count(*) from ferry_state.command_queue") == 0)
        }
    }

    @Test func `is pruned after a day, also with an idempotency key, and others are not`()
        async throws
    {
        try await CommandScene.with { scene in
            let bob = try await scene.database.connect(as: .bob)
            let old = try await sendMuch(bob, key: "old")
            // Alice is an administrator: what she may not do is found out later.
            let alices = try await scene.send("discard_draft", ["name": "none"])
            try await scene.processor().drain()
            try await scene.admin.run(
                """
                update ferry_state.command_outcomes
                   set finished_at = finished_at - interval '25 hours'
                """)
            let young = try await sendMuch(bob)
            try await scene.processor().drain()

            let prune = """
                select removed
                  from ferry_state.prune_batch('emptied_commands', now() - interval '400 days', 0,
                                               $1)
                """
            #expect(try await scene.admin.query(prune, [.bool(true)])[0][0].int() == 1)
            #expect(try await scene.admin.query(prune, [.bool(false)])[0][0].int() == 1)

            let left = try await scene.texts("select id::text from ferry.commands order by id")
            #expect(left.suffix(2) == ["\(alices)", "\(young)"])
            #expect(!left.contains("\(old)"))
            #expect(
                try await scene.texts(
                    "select kind || ' ' || removed from ferry_state.prunings")
                    == ["emptied_commands 1"])
            // Its key is free again.
            #expect(try await sendMuch(bob, key: "old") > young)
        }
    }
}
