import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

/// Another release may have written what this one cannot read.
@Suite("A row that cannot be read", .timeLimit(.minutes(15)))
struct UnreadableRowTests {
    @Test func `is named by the command that needs it, and blocks no other`() async throws {
        try await CommandScene.with { scene in
            try await scene.send("create_data_export", ["name": "Before"])
            let needy = try await scene.send("create_data_export", ["name": "Mine"])
            try await spoilRights(of: .bob, scene)
            let bob = try await scene.database.connect(as: .bob)
            let other = try await bob.query("select ferry.create_data_export('Other')")[0][0]
                .int64()

            try await scene.processor().drain()

            #expect(try await scene.state(needy) == "applied")
            #expect(try await scene.state(other) == "retrying")
            let message = try #require(try await scene.status(other).message)
            #expect(message.contains("policies.0.options"), "\(message)")
        }
    }

    @Test func `is named by a command that needs facts from outside, too`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            let needy = try await scene.send("test_destination", ["name": "CRM"])
            let processor = try await scene.processor()
            try await processor.batch()
            #expect(try await scene.state(needy) == "checking")
            try await spoilRights(of: .alice, scene)

            _ = try await processor.lookUp()

            #expect(try await scene.state(needy) == "retrying")
            let message = try #require(try await scene.status(needy).message)
            #expect(message.contains("policies.0.options"), "\(message)")
        }
    }

    @Test func `is no hindrance to ending or repeating its run`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            try await scene.activate(["Daily"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "Daily", "destination": "CRM", "data_template": "plain"])
            let run = try await scene.send("run_orchestration", ["name": "Daily"])
            try await scene.processor().drain()
            try await scene.admin.execute(
                "update ferry_state.runs set inputs = inputs - 'destination' where id = $1",
                [.int(run)])

            let stop = try await scene.send("stop_run", ["run": .int(run)])
            try await scene.processor().drain()
            #expect(try await scene.state(stop) == "applied")
            let kept = try await scene.texts(
                "select (inputs ? 'database')::text from ferry_state.runs where id = $1",
                [.int(run)])
            #expect(kept == ["true"])

            try await scene.admin.execute(
                "update ferry_state.runs set state = 'failed' where id = $1", [.int(run)])
            let retry = try await scene.send("retry_run", ["run": .int(run)])
            let restart = try await scene.send("restart_run", ["run": .int(run)])
            try await scene.processor().drain()
            #expect(try await scene.status(retry).message?.contains("(destination)") == true)
            #expect(try await scene.state(restart) == "applied")
        }
    }

    private func spoilRights(of role: TestRole, _ scene: CommandScene) async throws {
        try await scene.admin.execute(
            """
            with changed as (
                update ferry_state.policy_assignments set options = '["of_later"]'
                 where role = $1
                returning 1)
            insert into ferry_state.policy_assignments
                   (id, role, policy, denial, options, created_by)
            select -7, $1, 'datagrid_administrator', false, '["of_later"]', 'test'
             where not exists (select from changed)
            """, [.text(role.rawValue)])
    }
}
