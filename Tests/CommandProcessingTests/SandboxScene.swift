import CommandProcessing
import Foundation
import Postgres
import TestSupport
import Values

extension CommandScene {
    /// With an active export "Daily" of table a to the destination "CRM", orchestrated, and with
    /// the right of alice to administer sandboxes.
    static func withOrchestration(_ body: (CommandScene) async throws -> Void) async throws {
        try await with { scene in
            try await scene.addDestination()
            try await scene.activate(["Daily"])
            try await scene.send(
                "add_orchestration",
                ["data_export": "Daily", "destination": "CRM", "data_template": "plain"])
            try await scene.admin.run(
                """
                update ferry_state.policy_assignments
                   set options = '["allow_sandbox_administration"]' where id = -1
                """)
            try await scene.processor().drain()
            try await body(scene)
        }
    }

    /// Sends a command as alice to an environment, and returns its id.
    @discardableResult
    func send(
        _ command: String, _ arguments: JSONValue, in environment: String,
        as role: TestRole = .alice
    ) async throws -> Int64 {
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        return try await admin.transaction { connection in
            try await connection.run("set local role \(role.rawValue)")
            return try await connection.query(
                """
                insert into ferry.commands (command, arguments, environment)
                values ($1, $2, $3) returning id
                """, [.text(command), .text(json), .text(environment)])[0][0].int64()
        }
    }

    /// Sends a command, applies all waiting commands, and returns how it ended.
    @discardableResult
    func outcome(
        of command: String, _ arguments: JSONValue, in environment: String = "production"
    ) async throws -> CommandStatus {
        let id = try await send(command, arguments, in: environment)
        let processor = try await processor()
        try await processor.drain()
        return try await status(id)
    }

    /// What is configured in an environment, a text a row.
    func configuration(of environment: String) async throws -> [String] {
        try await texts(
            """
            select concat_ws(' ', kind, destination, name, definition)
              from ferry_state.object_definitions where environment = $1 order by 1
            """, [.text(environment)])
    }
}
