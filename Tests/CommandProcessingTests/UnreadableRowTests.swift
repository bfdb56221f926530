import CommandProcessing
import Lifecycle
import Postgres
import TestSupport
import Testing

/// Another release may have written what this one cannot read.
@Suite("A row that cannot be read")
struct UnreadableRowTests {
    @Test func `is named by the command that needs it, and holds up no other`() async throws {
        try await CommandScene.with { scene in
            let run = try await running(scene)
            let needy = try await scene.send("run_orchestration", ["name": "Daily"])
            let other = try await scene.send("create_data_export", ["name": "Other"])

            try await scene.processor(retry: RetryPolicy(attemptsMax: 3)).drain()
            #expect(try await scene.state(other) == "applied")
            #expect(try await scene.state(needy) == "retrying")
            let message = try #require(try await scene.status(needy).message)
            #expect(message.contains("\"runs.0.inputs"), "\(message)")

            try await scene.admin.execute(
                "update ferry_state.runs set inputs = $2::jsonb where id = $1",
                [.int(run.id), .text(run.inputs)])
            try await scene.makeDue()
            try await scene.processor().drain()
            #expect(try await scene.state(needy) == "applied")
        }
    }

    @Test func `is named by a command that needs facts from outside, too`() async throws {
        try await CommandScene.with { scene in
            try await scene.addDestination()
            let needy = try await scene.send(
                "test_destination", ["name": "CRM"])
            let processor = try await scene.processor()
            try await processor.batch()
            #expect(try await scene.state(needy) == "checking")
            try await scene.admin.run(
                """
                update ferry_state.policy_assignments set options = '["of_later"]' where id = -1
                """)

            _ = try await processor.lookUp()

            #expect(try await scene.state(needy) == "retrying")
            let message = try #require(try await scene.status(needy).message)
            #expect(message.contains("rights.test_client_alice.0.options"), "\(message)")
        }
    }

    /// A run of "Daily" that goes on, whose inputs another release has written.
    private func running(_ scene: CommandScene) async throws -> (id: Int64, inputs: String) {
        try await scene.addDestination()
        try await scene.activate(["Daily"])
        try await scene.send(
            "add_orchestration",
            ["data_export": "Daily", "destination": "CRM", "data_template": "plain"])
        let run = try await scene.send("run_orchestration", ["name": "Daily"])
        try await scene.processor().drain()
        let inputs = try await scene.texts(
            "select inputs::text from ferry_state.runs where id = $1", [.int(run)])
        try await scene.admin.execute(
            "update ferry_state.runs set inputs = inputs - 'destination' where id = $1",
            [.int(run)])
        return (run, try #require(inputs.first))
    }
}
