import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

/// Promise 3: a command is applied after every earlier committed command on an object that it is
/// about or refers to.
@Suite("A command after others", .timeLimit(.minutes(15)))
struct OrderTests {
    @Test func `waits for the object that it names, however long that takes`() async throws {
        try await CommandScene.with { scene in
            try await scene.forbid("databases", when: "new.key = 'late'")
            let first = try await scene.send(
                "register_database", ["name": "Late", "credential": "shop"])
            let second = try await scene.send(
                "create_data_export", ["name": "X", "database": "LATE", "tables": ["a"]])
            let other = try await scene.send("create_data_export", ["name": "Y"])
            let processor = try await scene.processor()
            try await processor.drain()

            let waiting = try await scene.status(second)
            #expect(waiting.state == "waiting")
            #expect(waiting.message == "waits for command \(first)")
            #expect(try await scene.state(first) == "retrying")
            #expect(try await scene.state(other) == "applied")

            try await scene.allow("databases")
            try await processor.drain()
            #expect(try await scene.state(first) == "applied")
            #expect(try await scene.status(second) == .applied)
        }
    }

    /// Found by workers on a slow disk: a run was started before its orchestration was added.
    @Test func `waits for one that comes back onto the queue while it is being applied`()
        async throws
    {
        try await CommandScene.with { scene in
            let first = try await scene.send("create_data_export", ["name": "X"])
            try await scene.admin.run(
                """
                with gone as (delete from ferry_state.command_queue returning *)
                insert into ferry_state.command_waits
                       (command_id, lane, priority, actor, waits_for, due_at)
                select command_id, lane, priority, actor, 'retry', now() + interval '1 day'
                  from gone
                """)
            let second = try await scene.send(
                "edit_data_export", ["name": "X", "database": "Shop", "tables": ["a"]])
            let processor = try await scene.processor()

            // The batch is claimed, and waits here before it looks at what comes before.
            try await scene.admin.run("begin; select ferry_state.lock_configuration(true)")
            let applying = Task { try await processor.batch() }
            let observer = try await scene.database.connect()
            try await eventually("the batch waits") {
                try await observer.query(
                    """
                    select count(*) from pg_stat_activity
                     where datname = current_database() and usename = 'test_worker'
                       and wait_event_type = 'Lock'
                    """)[0][0].int() == 1
            }
            try await scene.admin.run(
                """
                update ferry_state.command_waits set due_at = now();
                select ferry_state.release_due_commands(10);
                commit
                """)
            _ = try await applying.value

            #expect(try await scene.status(second).message == "waits for command \(first)")
            try await processor.drain()
            #expect(try await scene.status(first) == .applied)
            #expect(try await scene.status(second) == .applied)
        }
    }

    @Test func `continues once the earlier one is canceled, although others keep coming`()
        async throws
    {
        try await CommandScene.with { scene in
            try await scene.forbid("databases", when: "new.key = 'late'")
            let first = try await scene.send(
                "register_database", ["name": "Late", "credential": "shop"])
            let second = try await scene.send(
                "create_data_export", ["name": "X", "database": "Shop", "tables": ["a"]])
            let third = try await scene.send(
                "edit_data_export", ["name": "X", "database": "Late", "tables": ["a"]])
            let processor = try await scene.processor()
            try await processor.drain()
            #expect(try await scene.state(second) == "applied")
            #expect(try await scene.status(third).message == "waits for command \(first)")

            // Each claim finds something, so none looks at all that waits.
            try await scene.send("create_data_export", ["name": "A"])
            try await processor.batch()
            let alice = try await scene.database.connect(as: .alice)
            try await alice.execute("select ferry.cancel_command($1)", [.int(first)])
            for name in ["B", "C"] {
                try await scene.send("create_data_export", ["name": .string(name)])
                try await processor.batch()
            }

            #expect(try await scene.state(first) == "canceled")
            #expect(try await scene.status(third).code == "database_not_registered")
        }
    }

    @Test func `waits for what the object that it names uses`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["X"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "X", "destination": "CRM", "data_template": "plain"])
            let processor = try await scene.processor()
            try await processor.drain()
            try await scene.forbid("data_export_versions", when: "true")
            try await scene.send("add_tables", ["name": "X", "tables": ["b"]])
            let second = try await scene.send("activate_data_export", ["name": "X"])
            let run = try await scene.send("run_orchestration", ["name": "X"])
            try await processor.drain()
            #expect(try await scene.status(run).message == "waits for command \(second)")

            try await scene.allow("data_export_versions")
            try await processor.drain()

            #expect(try await scene.state(run) == "applied")
            #expect(
                try await scene.texts("select data_export_version::text from ferry_state.runs")
                    == ["2"])
        }
    }

    @Test func `that deletes waits for those before it that name the object`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["X"])
            let processor = try await scene.processor()
            try await scene.forbid("orchestrations", when: "true")
            let add = try await scene.send(
                "add_orchestration",
                ["data_export": "X", "destination": "CRM", "data_template": "plain"])
            let delete = try await scene.send("delete_data_export", ["name": "X"])
            try await processor.drain()
            #expect(try await scene.state(delete) == "waiting")

            try await scene.allow("orchestrations")
            try await processor.drain()

            #expect(try await scene.state(add) == "applied")
            #expect(try await scene.status(delete).code == "in_use")
        }
    }

    @Test func `that deletes waits for the deletion of what uses the object`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["X"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "X", "destination": "CRM", "data_template": "plain"])
            let processor = try await scene.processor()
            try await processor.drain()
            try await scene.forbid("object_versions", when: "new.kind = 'orchestration'")
            let user = try await scene.send("delete_orchestration", ["name": "X"])
            let used = try await scene.send("delete_data_export", ["name": "X"])
            try await processor.drain()
            #expect(try await scene.state(used) == "waiting")

            try await scene.allow("object_versions")
            try await processor.drain()

            #expect(try await scene.state(user) == "applied")
            #expect(try await scene.status(used) == .applied)
        }
    }

    @Test func `makes an earlier one as urgent as it is itself`() async throws {
        try await CommandScene.with { scene in
            let first = try await scene.send(
                "register_database", ["name": "D", "credential": "shop"],
                priority: 3)
            for number in 1...5 {
                try await scene.send(
                    "create_data_export", ["name": .string("N\(number)")], priority: 2)
            }
            let urgent = try await scene.send(
                "create_data_export", ["name": "U", "database": "D"], priority: 0)
            let processor = try await scene.processor(batchMax: 1)

            // It is put aside; then come the one that it waits for, and it.
            for _ in 1...3 { try await processor.applyBatch() }

            #expect(try await scene.state(first) == "applied")
            #expect(try await scene.state(urgent) == "applied")
        }
    }

    @Test func `of a role is judged by what was granted and revoked before it`() async throws {
        try await CommandScene.with { scene in
            let owner = try await scene.database.connect()
            let bob = TestRole.bob.rawValue
            func send(_ command: String, _ arguments: String, as role: String) async throws -> Int64
            {
                try await owner.transaction { connection in
                    try await connection.run("set local role \(role)")
                    return try await connection.query(
                        "insert into ferry.commands (command, arguments) values ($1, $2) "
                            + "returning id", [.text(command), .text(arguments)]
                    )[0][0].int64()
                }
            }
            let policy = #"{"policy": "datagrid_administrator", "role": "\#(bob)"}"#
            let alice = TestRole.alice.rawValue
            _ = try await send("grant_policy", policy, as: alice)
            let granted = try await send("create_data_export", #"{"name": "X"}"#, as: bob)
            _ = try await send("revoke_policy", policy, as: alice)
            let revoked = try await send("create_data_export", #"{"name": "Y"}"#, as: bob)

            try await scene.processor().drain()

            #expect(try await scene.state(granted) == "applied")
            #expect(try await scene.status(revoked).code == "permission_denied")
        }
    }

    @Test func `on a run waits for the command that starts the run`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["X"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "X", "destination": "CRM", "data_template": "plain"])
            let processor = try await scene.processor()
            try await processor.drain()
            try await scene.forbid("runs", when: "true")
            let run = try await scene.send("run_orchestration", ["name": "X"])
            let stop = try await scene.send("stop_run", ["run": .int(run)])
            try await processor.drain()
            #expect(try await scene.status(stop).message == "waits for command \(run)")

            try await scene.allow("runs")
            try await processor.drain()
            #expect(try await scene.state(stop) == "applied")
        }
    }
}
