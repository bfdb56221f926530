import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Configuration as code", .timeLimit(.minutes(15)))
struct ConfigurationTests {
    private func rich(_ scene: ConfigurationScene) throws -> String {
        """
        ferry: 1
        databases:
          crm: {credential: crm}
          "yes": {credential: other}
        destinations:
          "No: 1": {kind: directory, settings: {path: \(try scene.directory("one"))}}
          日本:
            kind: directory
            settings: {path: \(try scene.directory("two")), limits: {tasks: 2}}
            administrators_only: true
            data_templates:
              "42": {format: csv, header: true, null_text: "0", compression: gzip}
              "Q#": {format: delimited, delimiter: ";", quote: all, file_name: "{{table}}-{{run}}"}
        data_exports:
          Daily "customers":
            database: crm
            tables: [orders, customers, '"S p"."odd: ""table"']
            table_settings:
              customers:
                columns: [id, card]
                filter: |-
                  id > 1
                    and name <> 'no: #1'
                mask: {card: {keep_last: 4}}
                rows: {minimum: 0, maximum: 10, otherwise: warn}
          all: {database: "yes", tables: all}
        orchestrations:
          Daily: {data_export: Daily "customers", destination: 日本, data_template: "42"}
          "on": {data_export: all, destination: 日本, data_template: "Q#"}
        orchestration_groups:
          Yearly: {orchestrations: ["on", Daily], schedule: 0 3 1 1 *, time_zone: Asia/Tokyo}
          After: {orchestrations: [daily], after: yearly}
          "Off: 1": {orchestrations: ["on"], schedule: "* * * * *", enabled: false}
        alerts:
          Ops: {on: [failure], credential: ops}
          "~": {on: [runtime], runtime_seconds_max: 9, program: [/bin/x, "#"], orchestration: "on"}

        """
    }

    @Test func `is the same after it was applied, exported and applied elsewhere`() async throws {
        try await ConfigurationScene.with { scene in
            let file = try rich(scene)
            let first = try await scene.apply(file)
            #expect(first.status == 0, "\(first.output)\(first.error)")
            #expect(first.lines.last == "done: 15 created, none changed, none deleted")
            let exported = try await scene.exported()

            for text in [file, exported] {
                let again = try await scene.apply(text, "--prune")
                #expect(again.status == 0)
                #expect(again.output == "nothing to change\n")
            }
            #expect(try await scene.run("plan", try scene.file(exported)).status == 0)

            // Everything deleted, and recreated from the exported file.
            let emptied = try await scene.apply(
                """
                ferry: 1
                databases: {crm: {credential: crm}}
                destinations: {}
                data_exports: {}
                orchestrations: {}
                orchestration_groups: {}
                alerts: {}
                """, "--prune", "--yes", "--prune-max", "14")
            #expect(emptied.status == 0, "\(emptied.output)\(emptied.error)")
            #expect(emptied.lines.last == "done: none created, none changed, 14 deleted")
            let second = try await scene.apply(exported)
            #expect(second.status == 0, "\(second.output)\(second.error)")
            #expect(try await scene.exported() == exported)
            let runs = try await scene.database.connect().query("select id from ferry.runs")
            #expect(runs.isEmpty)
        }
    }

    @Test func `is changed as the plan says, and to nothing else`() async throws {
        try await ConfigurationScene.with { scene in
            let file = try rich(scene)
            _ = try await scene.apply(file)
            let changed =
                file.replacing("credential: other", with: "credential: crm")
                .replacing("null_text: \"0\", ", with: "")
                .replacing("limits: {tasks: 2}", with: "limits: {tasks: 3}")
                .replacing("[orders, customers, ", with: "[customers, ")
                .replacing(
                    "destination: 日本, data_template: \"42\"}",
                    with:
                        "destination: 日本, data_template: \"Q#\"}"
                )
                .replacing("schedule: 0 3 1 1 *, time_zone: Asia/Tokyo", with: "manual: true")
                .replacing(", enabled: false", with: ", enabled: true")
                .replacing("\"* * * * *\"", with: "0 0 29 2 *")
                .replacing(", orchestration: \"on\"}", with: "}")

            let plan = try await scene.run("plan", try scene.file(changed))
            #expect(plan.status == 4)
            #expect(
                plan.output == """
                    ~ database "yes"
                        credential: "other" → "crm"
                    ~ destination "日本"
                        settings.limits.tasks: 2 → 3
                    ~ data template "42" of destination "日本"
                        - settings.null_text: "0"
                    ~ data export "Daily "customers""
                        - tables: "public.orders"
                    ~ orchestration "Daily"
                        data_template: "42" → "Q#"
                    ~ orchestration group "Off: 1"
                        - enabled: false
                        schedule: "* * * * *" → "0 0 29 2 *"
                    ~ orchestration group "Yearly"
                        + manual: true
                        - schedule: "0 3 1 1 *"
                        - time_zone: "Asia/Tokyo"
                    ~ alert "~"
                        - orchestration: "on"
                    none to create, 8 to change, none to delete

                    """)
            let applied = try await scene.apply(changed, "--output", "ndjson")
            #expect(applied.status == 0, "\(applied.output)\(applied.error)")
            #expect(applied.lines.count == 8)
            for line in applied.lines {
                let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
                #expect((json as? [String: Any])?["state"] as? String == "applied")
            }
            #expect(try await scene.apply(changed).output == "nothing to change\n")
        }
    }

    @Test func `takes apart and turns around what hangs together`() async throws {
        try await ConfigurationScene.with { scene in
            let path = try scene.directory("one")
            func file(_ rest: String) -> String {
                """
                ferry: 1
                databases: {crm: {credential: crm}}
                data_exports: {X: {database: crm, tables: [customers]}}
                destinations:
                  D:
                    {kind: directory, settings: {path: \(path)}, data_templates: {T: {format: csv}}}
                orchestrations:
                  A: {data_export: X, destination: D, data_template: T}
                \(rest)
                """
            }
            let first = try await scene.apply(
                file(
                    """
                      B: {data_export: X, destination: D, data_template: T}
                    orchestration_groups:
                      One: {orchestrations: [B, A], manual: true}
                      Two: {orchestrations: [B, A], after: One}
                      Old: {orchestrations: [B], after: Two}
                      Older: {orchestrations: [B], after: Old}
                    alerts:
                      New: {on: [failure], credential: u, orchestration: B}
                      Old: {on: [failure], credential: u, orchestration: B}
                    """))
            #expect(first.status == 0, "\(first.output)\(first.error)")

            let second = try await scene.apply(
                file(
                    """
                    orchestration_groups:
                      One: {orchestrations: [A], after: Two}
                      Two: {orchestrations: [A], schedule: 0 3 1 1 *}
                    alerts: {New: {on: [failure], credential: u, orchestration: A}}
                    """), "--prune", "--yes")
            #expect(second.status == 0, "\(second.output)\(second.error)")
            #expect(second.lines.last == "done: none created, 3 changed, 4 deleted")
        }
    }

    @Test func `stops at the first refusal, and continues from there`() async throws {
        try await ConfigurationScene.with { scene in
            let path = try scene.directory("one")
            func file(_ table: String) -> String {
                """
                ferry: 1
                databases: {crm: {credential: crm}}
                data_exports:
                  A: {database: crm, tables: [customers]}
                  B: {database: crm, tables: [\(table)]}
                destinations:
                  D:
                    {kind: directory, settings: {path: \(path)}, data_templates: {T: {format: csv}}}
                orchestrations:
                  A: {data_export: A, destination: D, data_template: T}
                """
            }
            let refused = try await scene.apply(file("customers, ordres"))

            #expect(refused.status == 1)
            #expect(refused.error.contains("ferry: create data export \"B\": command "))
            #expect(refused.error.contains("ordres"))
            #expect(refused.lines.last?.hasPrefix("4 of 6 changes made; apply") == true)
            let drafts = try await scene.database.connect().query(
                "select name from ferry.data_exports where status <> 'active'")
            #expect(drafts.isEmpty)

            let fixed = try await scene.apply(file("customers, orders"))
            #expect(fixed.status == 0, "\(fixed.output)\(fixed.error)")
            #expect(fixed.lines.last == "done: 2 created, none changed, none deleted")
        }
    }

    @Test func `reports the problems of a file before anything is sent`() async throws {
        try await TestDatabase.withSchema { database in
            let program = try await Program(database)
            let url = FileManager.default.temporaryDirectory
                .appendingPathComponent("ferry-\(UUID().uuidString).yaml")
            try Data("ferry: 1\ndatabase: {}\ndatabases: {crm: {}}\n".utf8).write(to: url)
            defer { try? FileManager.default.removeItem(at: url) }

            for command in ["plan", "apply"] {
                let result = try await program.run(command, url.path)
                #expect(result.status == 64)
                #expect(
                    result.error == """
                        \(url.path):2:1: the file has no key "database"; did you mean "databases"?
                        hint: keys: ferry, databases, destinations, data_exports, \
                        orchestrations, orchestration_groups, alerts
                        \(url.path):3:13: database "crm" needs "credential"
                        ferry: 2 problems; nothing was done

                        """)
            }
            #expect(try await program.run("plan", "/nowhere.yaml").status == 66)
            #expect(try await database.connect().firstCommand() == nil)
        }
    }
}
