import CommandProcessing
import Postgres
import TestSupport
import Testing
import Values

/// As a role that can run and configure destinations, but is not an administrator.
@Suite("What reaches a destination of administrators", .timeLimit(.minutes(15)))
struct AdministratorsOnlyTests {
    private func withVault(_ body: (CommandScene) async throws -> Void) async throws {
        try await CommandScene.withOrchestrations { scene in
            try await scene.createGroup("G", of: ["A", "B"])
            try await scene.apply("run_orchestration", ["name": "A"])
            try await scene.apply("edit_destination", ["name": "CRM", "administrators_only": true])
            try await scene.admin.run(
                """
                update ferry_state.policy_assignments set policy = 'datagrid_operator'
                 where id = -1
                """)
            try await body(scene)
        }
    }

    private func isForbidden(
        _ command: String, _ arguments: JSONValue, _ scene: CommandScene
    ) async throws -> Bool {
        let id = try await scene.send(command, arguments)
        try await scene.processor().drain()
        let status = try await scene.status(id)
        return status.code == "permission_denied"
            && status.message?.contains("for administrators only") == true
    }

    @Test func `is nothing that stops its run`() async throws {
        try await withVault { scene in
            let run = try await scene.count("select id from ferry_state.runs")

            #expect(try await isForbidden("stop_run", ["run": .int(Int64(run))], scene))
            #expect(
                try await scene.texts("select state from ferry_state.runs") == ["queued"])
        }
    }

    @Test func `is not a group that others can delete or disable`() async throws {
        try await withVault { scene in
            let commands = [
                ("disable_orchestration_group", "G"), ("delete_orchestration_group", "G"),
                ("delete_orchestration", "C"),
            ]
            for (command, name) in commands {
                let isForbidden = try await isForbidden(command, ["name": .string(name)], scene)
                #expect(isForbidden, "\(command)")
            }
        }
    }

    @Test func `is no second destination at its place`() async throws {
        try await withVault { scene in
            let path = try await scene.texts(
                "select settings ->> 'path' from ferry_state.destinations where name = 'CRM'")[0]
            for place in [path, path + "/./", path + "/sub"] {
                #expect(
                    try await isForbidden(
                        "create_destination",
                        [
                            "name": "Own", "kind": "directory",
                            "settings": ["path": .string(place)],
                        ], scene))
            }
            try await scene.apply(
                "create_destination",
                ["name": "Own", "kind": "directory", "settings": ["path": "/elsewhere"]])
            #expect(
                try await isForbidden(
                    "edit_destination",
                    ["name": "Own", "settings": ["path": .string(path)]], scene))
        }
    }
}
