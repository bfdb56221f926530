import Postgres
import TestSupport
import Testing
import Values

@Suite("Groups of a sandbox in the database", .timeLimit(.minutes(15)))
struct SandboxGroupTests {
    @Test func `are promoted with what they run, and gone with the sandbox`() async throws {
        try await CommandScene.withOrchestration { scene in
            for (name, trigger) in [("Early", "manual"), ("Late", "after")] {
                try await scene.outcome(
                    of: "create_orchestration_group",
                    [
                        "name": .string(name), "orchestrations": ["Daily"],
                        .init(stringLiteral: trigger): trigger == "after" ? "Early" : true,
                    ])
            }
            try await scene.outcome(of: "create_sandbox", ["name": "Try"])
            #expect(
                try await scene.configuration(of: "Try")
                    == (try await scene.configuration(of: "production")))

            // What the groups ran and came after is replaced.
            let commands: [(String, JSONValue)] = [
                (
                    "add_orchestration",
                    [
                        "data_export": "Daily", "destination": "CRM", "data_template": "plain",
                        "name": "New",
                    ]
                ),
                (
                    "edit_orchestration_group",
                    ["name": "Late", "orchestrations": ["New"], "manual": true]
                ),
                ("delete_orchestration_group", ["name": "Early"]),
                ("delete_orchestration", ["name": "Daily"]),
                (
                    "create_alert",
                    [
                        "name": "Ops", "on": ["failure"], "orchestration": "New",
                        "credential": "ops",
                    ]
                ),
            ]
            for (command, arguments) in commands {
                #expect(try await scene.outcome(of: command, arguments, in: "Try") == .applied)
            }
            #expect(
                try await scene.texts(
                    """
                    select concat_ws(' ', kind, name, change, production_change)
                      from ferry.sandbox_changes order by 1
                    """) == [
                        "orchestration Daily removed", "orchestration New added",
                        "orchestration_group Early removed", "orchestration_group Late changed",
                    ])

            let promoted = try await scene.outcome(
                of: "promote_sandbox", ["name": "Try", "message": "groups", "delete": true])

            #expect(promoted == .applied)
            #expect(
                try await scene.texts(
                    """
                    select concat_ws(' ', kind, name) from ferry.configuration
                     where environment = 'production' and kind like 'orchestration%' order by 1
                    """) == ["orchestration New", "orchestration_group Late"])
            for table in ["orchestration_groups", "orchestrations", "alerts"] {
                #expect(
                    try await scene.count(
                        "select count(*) from ferry_state.\(table) where environment = 'Try'")
                        == 0)
            }
        }
    }
}
