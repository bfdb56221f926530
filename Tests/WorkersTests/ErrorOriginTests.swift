import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A run that cannot be executed", .timeLimit(.minutes(15)))
struct ErrorOriginTests {
    @Test func `says that the source is at fault, by a table that is gone`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            try await scene.source.run("drop table public.customers")

            try await expectFailure(in: scene, "source tables_missing")
        }
    }

    @Test func `says that the destination is at fault, by a directory that is gone`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            try FileManager.default.removeItem(atPath: scene.destination)

            try await expectFailure(in: scene, "destination destination_not_found")
        }
    }

    @Test func `says that the configuration is at fault, by a secret that is not there`()
        async throws
    {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            try await scene.apply(
                "edit_database", #"{"name": "crm", "credential": "test_nowhere"}"#)

            try await expectFailure(in: scene, "configuration credential_unavailable")
        }
    }

    @Test func `says that the worker is at fault, by a folder for its own files`() async throws {
        let table = """
            create table public.large as
            select g, repeat('x', 1000) as filler from generate_series(1, 8000) as g;
            """
        try await Scene.with(tables: table) { scene in
            _ = try scene.start("worker", environment: ["TMPDIR": scene.folder + "/missing"])
            try await scene.configure(
                tables: #"["large"]"#,
                template: #"{"compression": "tar", "file_name": "{{export}}"}"#)

            let run = try await expectFailure(in: scene, "internal spool_full")

            // Said of the table too, whose task it was.
            #expect(
                try await scene.queue.text(
                    "select error_origin from ferry.run_tasks where run_id = $1", [.int(run)])
                    == "internal")
        }
    }

    @Test func `says why and when it is retried, until its time is over`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker", retryFor: 4, environment: Self.nowhere)
            try await scene.configure(tables: #"["customers"]"#)
            try await scene.apply(
                "edit_database", #"{"name": "crm", "credential": "test_nowhere"}"#)
            let run = try await scene.run()

            try await eventually(within: .seconds(60), "the run waits") {
                try await scene.queue.text(
                    """
                    select concat_ws(' ', state, retry_at > created_at, error_origin, error_code)
                      from ferry.runs where id = $1
                    """, [.int(run)]) == "queued t source source_unavailable"
            }

            try await scene.reaches("failed", run)
            let retries = try await scene.queue.texts(
                """
                select concat_ws(' ', details ->> 'origin', details ->> 'code',
                                 (details ->> 'retry_at')::timestamptz > at)
                  from ferry.events where run_id = $1 and event = 'run_retrying'
                """, [.int(run)])
            #expect(!retries.isEmpty)
            #expect(Set(retries) == ["source source_unavailable t"])
            #expect(
                try await scene.queue.text(
                    """
                    select concat_ws(' ', retry_at, error_origin, (
                               select max((details ->> 'retry_at')::timestamptz) from ferry.events
                                where run_id = r.id) < started_at + interval '4 s')
                      from ferry.runs as r where id = $1
                    """, [.int(run)]) == "source t")
        }
    }

    /// Nobody listens there.
    private static let nowhere = [
        "FERRY_CREDENTIAL_TEST_NOWHERE": "host=/nonexistent-folder dbname=x"
    ]

    /// Starts a run, and expects it to fail with this origin and code, also in its event.
    @discardableResult
    private func expectFailure(in scene: Scene, _ expected: String) async throws -> Int64 {
        let run = try await scene.run()
        try await scene.reaches("failed", run)
        #expect(
            try await scene.queue.text(
                "select error_origin || ' ' || error_code from ferry.runs where id = $1",
                [.int(run)]) == expected)
        #expect(
            try await scene.queue.text(
                """
                select details ->> 'origin' || ' ' || (details ->> 'code') from ferry.events
                 where run_id = $1 and event = 'run_failed'
                """, [.int(run)]) == expected)
        return run
    }
}
