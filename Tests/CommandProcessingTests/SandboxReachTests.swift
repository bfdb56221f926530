import Postgres
import TestSupport
import Testing
import Values

/// As an operator of production, who is administrator of a sandbox of their own.
@Suite("What is read of the sources from a sandbox", .timeLimit(.minutes(15)))
struct SandboxReachTests {
    /// With the sandbox "Try" of alice; production sends table a, its column id and rows with a
    /// filter.
    private func withSandbox(_ body: (CommandScene) async throws -> Void) async throws {
        try await CommandScene.withOrchestration { scene in
            try await scene.admin.run("alter table public.a add id int, add secret text")
            for (command, arguments): (String, JSONValue) in [
                (
                    "edit_table",
                    ["name": "Daily", "table": "a", "settings": ["filter": "id > 1"]]
                ),
                ("activate_data_export", ["name": "Daily"]),
            ] {
                let outcome = try await scene.outcome(of: command, arguments)
                #expect(outcome == .applied)
            }
            try await scene.admin.run(
                """
                update ferry_state.policy_assignments set policy = 'datagrid_operator'
                 where id = -1
                """)
            #expect(try await scene.outcome(of: "create_sandbox", ["name": "Try"]) == .applied)
            try await body(scene)
        }
    }

    private func activation(
        after edit: (String, JSONValue), _ scene: CommandScene
    ) async throws -> CommandStatus {
        let opened = try await scene.outcome(of: edit.0, edit.1, in: "Try")
        #expect(opened == .applied)
        return try await scene.outcome(
            of: "activate_data_export", ["name": "Daily"], in: "Try")
    }

    private static let beyond: [(String, JSONValue)] = [
        ("add_tables", ["name": "Daily", "tables": ["b"]]),
        ("edit_data_export", ["name": "Daily", "tables": "all"]),
        ("edit_table", ["name": "Daily", "table": "a", "settings": [:]]),
        ("edit_table", ["name": "Daily", "table": "a", "settings": ["filter": "id > 0"]]),
    ]

    @Test(arguments: beyond.indices)
    func `is no more than production sends`(_ index: Int) async throws {
        try await withSandbox { scene in
            let outcome = try await activation(after: Self.beyond[index], scene)

            #expect(outcome.code == "permission_denied")
            #expect(outcome.message?.contains("no active data export of production") == true)
        }
    }

    @Test func `may be less`() async throws {
        try await withSandbox { scene in
            let outcome = try await activation(
                after: (
                    "edit_table",
                    [
                        "name": "Daily", "table": "a",
                        "settings": ["filter": "id > 1", "columns": ["id"]],
                    ]
                ), scene)

            #expect(outcome == .applied)
        }
    }

    @Test func `is not read by a credential that production does not use`() async throws {
        try await withSandbox { scene in
            try scene.keep(scene.database.url, as: "hr")
            let other = try await scene.outcome(
                of: "register_database", ["name": "HR", "credential": "hr"], in: "Try")
            let edited = try await scene.outcome(
                of: "edit_database", ["name": "Shop", "credential": "hr"], in: "Try")
            let same = try await scene.outcome(
                of: "register_database", ["name": "Again", "credential": "shop"], in: "Try")

            #expect(other.code == "permission_denied")
            #expect(edited.code == "permission_denied")
            #expect(same == .applied)
        }
    }

    @Test func `is anything for an administrator of production`() async throws {
        try await withSandbox { scene in
            try await scene.admin.run(
                """
                update ferry_state.policy_assignments set policy = 'datagrid_administrator'
                 where id = -1
                """)

            let outcome = try await activation(after: Self.beyond[1], scene)

            #expect(outcome == .applied)
        }
    }
}
