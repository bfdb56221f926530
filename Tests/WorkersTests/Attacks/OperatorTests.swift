import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

extension Attacks {
    @Suite("An operator", .timeLimit(.minutes(15)))
    struct OperatorTests {
        @Test func `neither reaches nor stops what a destination of administrators is sent`()
            async throws
        {
            try await Scene.with { scene in
                _ = try await scene.startLimited()
                try await scene.configure(tables: #"["public.customers"]"#)
                try await scene.apply(
                    "create_orchestration_group",
                    #"{"name": "G", "orchestrations": ["Daily customers"], "manual": true}"#)
                try await scene.apply(
                    "edit_destination", #"{"name": "lake", "administrators_only": true}"#)
                try await scene.othersRun()
                let attacker = try await scene.attacker(policy: "datagrid_operator")

                let place = #"{"path": "\#(scene.destination)"}"#
                let below = #"{"path": "\#(scene.destination)/./Daily customers"}"#
                for (command, arguments) in [
                    ("run_orchestration", #"{"name": "Daily customers"}"#),
                    ("plan_run", #"{"name": "Daily customers"}"#),
                    ("delete_orchestration", #"{"name": "Daily customers"}"#),
                    ("run_orchestration_group", #"{"name": "G"}"#),
                    ("disable_orchestration_group", #"{"name": "G"}"#),
                    ("delete_orchestration_group", #"{"name": "G"}"#),
                    ("edit_destination", #"{"name": "lake", "administrators_only": false}"#),
                    ("delete_destination", #"{"name": "lake"}"#),
                    ("test_destination", #"{"name": "lake"}"#),
                    (
                        "create_data_template",
                        #"{"destination": "lake", "name": "own", "settings": {"format": "csv"}}"#
                    ),
                    (
                        "create_destination",
                        #"{"name": "own", "kind": "directory", "settings": \#(place)}"#
                    ),
                    (
                        "create_destination",
                        #"{"name": "own", "kind": "directory", "settings": \#(below)}"#
                    ),
                ] {
                    let id = try await attacker.send(command, arguments)
                    let outcome = try await scene.outcome(of: id)
                    #expect(outcome.code == "permission_denied", "\(command): \(outcome)")
                }

                try await scene.othersRun()
                #expect(try await scene.queue.number("select count(*) from ferry.runs") == 2)
                await attacker.close()
            }
        }

        @Test func `sends from a sandbox no table that production does not send`() async throws {
            try await Scene.with(tables: "create table salaries as select 'hunter2' as name") {
                scene in
                _ = try await scene.startLimited()
                try await scene.configure(tables: #"["public.customers"]"#)
                let attacker = try await scene.attacker(policy: "datagrid_operator")
                func outcome(_ command: String, _ arguments: String) async throws -> Scene.Outcome {
                    try await scene.outcome(
                        of: try await attacker.send(command, arguments, in: "Box"))
                }
                let created = try await attacker.send("create_sandbox", #"{"name": "Box"}"#)
                #expect(try await scene.outcome(of: created).state == "applied")

                // Drafts are theirs; what is sent is what is activated.
                let attempts = [
                    [
                        (
                            "create_data_export",
                            #"{"name": "own", "database": "crm", "tables": ["public.salaries"]}"#
                        ), ("activate_data_export", #"{"name": "own"}"#),
                    ],
                    [
                        (
                            "add_tables",
                            #"{"name": "Daily customers", "tables": ["public.salaries"]}"#
                        ), ("activate_data_export", #"{"name": "Daily customers"}"#),
                    ],
                    [
                        ("edit_data_export", #"{"name": "Daily customers", "tables": "all"}"#),
                        ("activate_data_export", #"{"name": "Daily customers"}"#),
                    ],
                ]
                for attempt in attempts {
                    var last: Scene.Outcome?
                    for (command, arguments) in attempt {
                        last = try await outcome(command, arguments)
                    }
                    #expect(last?.code == "permission_denied", "\(String(describing: last))")
                }
                _ = try await outcome(
                    "add_orchestration",
                    #"{"data_export": "own", "destination": "lake", "data_template": "csv"}"#)
                #expect(
                    try await outcome("run_orchestration", #"{"name": "own"}"#).state
                        == "rejected")
                #expect(scene.delivered.visible == [])

                let run = try await scene.othersRun()
                #expect(
                    try scene.delivered.manifest(of: run).files.compactMap(\.table?.name)
                        == ["customers"])
                #expect(!scene.delivered.visible.contains { $0.contains("salaries") })
                await attacker.close()
            }
        }

        @Test(arguments: [
            "set_config('DateStyle', 'German', false) is not null",
            "pg_sleep(1000000) is null", "pg_read_file('PG_VERSION') is not null",
            "pg_terminate_backend(pg_backend_pid())", "pg_advisory_lock(1) is null",
        ])
        func `has no volatile function run by the filter of a table`(_ filter: String)
            async throws
        {
            try await Scene.with { scene in
                _ = try await scene.startLimited()
                try await scene.configure(tables: #"["public.customers"]"#)
                let before = try await scene.othersRun()
                let attacker = try await scene.attacker(policy: "datagrid_administrator")

                let id = try await attacker.send(
                    "edit_table",
                    """
                    {"name": "Daily customers", "table": "public.customers",
                     "settings": {"filter": "\(filter)"}}
                    """)
                var outcome = try await scene.outcome(of: id)
                if outcome.state == "applied" {
                    outcome = try await scene.outcome(
                        of: try await attacker.send(
                            "activate_data_export", #"{"name": "Daily customers"}"#))
                }
                #expect(outcome.state == "rejected", "\(outcome)")
                #expect(outcome.message?.contains("volatile") == true, "\(outcome)")

                let after = try await scene.othersRun()
                #expect(
                    try scene.delivered.manifest(of: after).files.map(\.sha256)
                        == scene.delivered.manifest(of: before).files.map(\.sha256))
                await attacker.close()
            }
        }
    }
}
