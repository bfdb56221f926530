import Foundation
import Manifests
import Postgres
import TestSupport
import Testing
import Values

@Suite("A run that failed", .timeLimit(.minutes(15)))
struct ResolvedRunTests {
    @Test func `is delivered by a retry once the cause is fixed`() async throws {
        try await Scene.with { scene in
            let run = try await failed(in: scene)
            try await scene.source.run("alter table public.gone rename to customers")

            let retry = try await resolve(run, "retry_run", in: scene)

            try await scene.reaches("succeeded", retry)
            #expect(try await scene.state(of: run) == "failed")
            let manifest = try scene.delivered.manifest(of: retry)
            #expect(manifest.files.map(\.name) == ["customers.csv", "parts.csv"])
            #expect(manifest.skippedTables == [])
            let message = try await scene.outcome(of: "retry_run", #"{"run": \#(run)}"#).message
            #expect(message == "run \(run) was resolved by run \(retry) (succeeded)")
        }
    }

    @Test func `is delivered without a table, and the manifest says so`() async throws {
        try await Scene.with { scene in
            let run = try await failed(in: scene)

            let skip = try await resolve(run, "skip_task", in: scene, #", "table": "customers""#)

            try await scene.reaches("succeeded", skip)
            let manifest = try scene.delivered.manifest(of: skip)
            #expect(manifest.files.map(\.name) == ["parts.csv"])
            #expect(manifest.skippedTables == [TableName(schema: "public", name: "customers")])
            #expect(
                try await scene.queue.text(
                    "select skipped_tables::text from ferry.runs where id = $1", [.int(skip)])
                    == "[\"public.customers\"]")
        }
    }

    @Test func `is delivered by a restart as it is configured by then`() async throws {
        try await Scene.with { scene in
            let run = try await failed(in: scene)
            try await scene.apply(
                "edit_data_export", #"{"name": "Daily customers", "tables": ["parts"]}"#)
            try await scene.apply("activate_data_export", #"{"name": "Daily customers"}"#)
            try await scene.apply(
                "edit_data_template",
                #"{"destination": "lake", "name": "csv", "settings": {"format": "ndjson"}}"#)

            let restart = try await resolve(run, "restart_run", in: scene)

            try await scene.reaches("succeeded", restart)
            let manifest = try scene.delivered.manifest(of: restart)
            #expect(manifest.files.map(\.name) == ["parts.ndjson"])
            #expect(manifest.export.version == 2)
        }
    }

    @Test func `of all tables leaves one out, also of an archive`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(
                template: #"{"compression": "zip", "file_name": "{{export}}"}"#)
            try await scene.apply(
                "edit_table",
                """
                {"name": "Daily customers", "table": "public.empty",
                 "settings": {"rows": {"minimum": 1}}}
                """)
            try await scene.apply("activate_data_export", #"{"name": "Daily customers"}"#)
            let run = try await scene.run()
            try await scene.reaches("failed", run)
            #expect(try await scene.error(of: run).hasPrefix("rows_out_of_range: "))

            let skip = try await resolve(run, "skip_task", in: scene, #", "table": "empty""#)

            try await scene.reaches("succeeded", skip)
            let manifest = try scene.delivered.manifest(of: skip)
            #expect(manifest.skippedTables == [TableName(schema: "public", name: "empty")])
            let members = manifest.files[0].members ?? []
            #expect(members.count == 4)
            #expect(!members.contains { $0.table?.name == "empty" })
        }
    }

    /// A run of the tables customers and parts, the first of which is called gone by now.
    private func failed(in scene: Scene) async throws -> Int64 {
        _ = try scene.start("worker")
        try await scene.configure(tables: #"["customers", "parts"]"#)
        try await scene.source.run("alter table public.customers rename to gone")
        let run = try await scene.run()
        try await scene.reaches("failed", run)
        return run
    }

    private func resolve(
        _ run: Int64, _ command: String, in scene: Scene, _ more: String = ""
    ) async throws -> Int64 {
        let id = try await scene.send(command, #"{"run": \#(run)\#(more)}"#)
        let outcome = try await scene.outcome(of: id)
        guard outcome.state == "applied" else { throw NotApplied(outcome: outcome) }
        return id
    }
}
