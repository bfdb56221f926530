import Foundation
import Manifests
import TestSupport
import Testing

@Suite("An archive whose worker dies", .timeLimit(.minutes(15)))
struct ArchiveTests {
    @Test(arguments: ["task.copying@3", "task.staged", "run.after_intent"])
    func `is delivered whole by another`(failpoint: String) async throws {
        try await Scene.with { scene in
            let dying = try scene.start("dying", failpoint: failpoint)
            try await scene.configure(
                template: #"{"compression": "zip", "file_name": "{{export}}-{{run}}"}"#)
            let run = try await scene.run()
            _ = try await dying.end()
            _ = try scene.start("heir")

            try await scene.reaches("succeeded", run)

            let files = try scene.delivered.manifest(of: run).files
            #expect(files.map(\.name) == ["Daily customers-\(run).zip"])
            #expect(files[0].members?.count == 5)
            #expect(files[0].rows == 3000 + 500 + 2 + 999)
            // The run lists what was delivered, not its contents.
            for query in [
                "select bytes from ferry.runs where id = \(run)",
                """
                select details ->> 'bytes' from ferry.events
                 where run_id = \(run) and event = 'run_succeeded'
                """,
            ] {
                #expect(try await scene.queue.text(query) == "\(files[0].bytes)")
            }
        }
    }

    @Test func `cannot be named after a table`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure()

            let outcome = try await scene.outcome(
                of: "create_data_template",
                """
                {"destination": "lake", "name": "zip",
                 "settings": {"compression": "zip", "file_name": "{{table}}"}}
                """)

            #expect(outcome.code == "invalid_settings")
            #expect(outcome.message?.contains("remove it") == true)
        }
    }
}
