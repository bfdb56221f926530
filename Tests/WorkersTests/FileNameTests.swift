import Formats
import Foundation
import Manifests
import TestSupport
import Testing
import Values

@Suite("The files of a run with a template of names", .timeLimit(.minutes(15)))
struct FileNameTests {
    private static let tables = "create table a as select 1 as x; create table b as select 2 as x"

    @Test func `are named by the export, the table, the run and the snapshot's time`()
        async throws
    {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("one")
            try await scene.configure(
                tables: #"["a", "b"]"#,
                template: """
                    {"file_name": "{{export}}_{{table}}_{{run}}_{{file_number}}_{{now}}",
                     "split": {"rows": 50000}}
                    """)

            try await scene.apply("plan_run", #"{"name": "Daily customers"}"#)
            let planned = try await scene.queue.texts("select file from ferry.run_plans")
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let manifest = try scene.delivered.manifest(of: run)
            let taken = manifest.snapshot.takenAt.description.prefix(19)
            let time = taken.replacing("T", with: "-").replacing(":", with: "")
            #expect(
                manifest.files.map(\.name) == [
                    "Daily customers_a_\(run)_0000001_\(time).csv",
                    "Daily customers_b_\(run)_0000001_\(time).csv",
                ])
            // The plan was made at another time, and for no run in particular.
            #expect(planned.count == 2)
            #expect(
                planned.allSatisfy {
                    $0.hasPrefix("Daily customers_") && $0.contains("_{{run}}_0000001_")
                })
            #expect(manifest.format.fileName?.text.hasSuffix("{{now}}") == true)
        }
    }

    @Test func `are refused before anything is read where two would be one`() async throws {
        try await Scene.with(tables: Self.tables) { scene in
            _ = try scene.start("one")
            try await scene.configure(
                tables: #"["a", "b"]"#, template: #"{"file_name": "customers"}"#)

            let run = try await scene.run()
            try await scene.reaches("failed", run)

            let error = try await scene.error(of: run)
            #expect(
                error.hasPrefix(
                    "file_name_conflict: the data template's file_name has no {{table}}, so all "
                        + "2 tables would write \"customers.csv\": "))
            #expect(
                try await scene.queue.number("select count(*) from ferry_state.run_tasks") == 0)
            #expect(scene.delivered.visible == [])
        }
    }

    @Test func `come from a template that was checked when it was saved`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("one")
            try await scene.configure()

            let outcome = try await scene.outcome(
                of: "create_data_template",
                #"""
                {"destination": "lake", "name": "bad",
                 "settings": {"file_name": "{{now|local:'Europe/Zurch'}}"}}
                """#)

            #expect(outcome.state == "rejected" && outcome.code == "invalid_settings")
            #expect(
                outcome.message?.hasSuffix(
                    "file_name, character 14: there is no time zone \"Europe/Zurch\"; did you "
                        + "mean Europe/Zurich?") == true, "\(outcome.message ?? "")")
        }
    }
}
