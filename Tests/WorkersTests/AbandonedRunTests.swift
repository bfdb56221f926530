import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A run that cannot be published", .timeLimit(.minutes(15)))
struct AbandonedRunTests {
    /// Gives the body a run whose worker is frozen there, once it was decided to publish.
    private func frozen(
        at failpoint: String = "run.after_intent",
        _ body: @Sendable (Scene, WorkerProcess, _ run: Int64) async throws -> Void
    ) async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker", failpoint: failpoint + ":stop")
            try await scene.configure(tables: #"["customers"]"#)
            let run = try await scene.run()
            try await worker.frozen()
            try await body(scene, worker, run)
        }
    }

    private func abandon(_ scene: Scene, _ run: Int64) async throws -> Scene.Outcome {
        try await scene.outcome(
            of: "abandon_run",
            """
            {"run": \(run), "confirm": "daily customers", "reason": "it cannot be published"}
            """)
    }

    @Test func `is stuck, holds no other back, and is abandoned`() async throws {
        try await frozen { scene, worker, run in
            let taken = scene.destination + "/Daily customers/run-\(run)"
            try FileManager.default.createDirectory(
                atPath: taken, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: URL(filePath: taken + "/notes.txt"))

            worker.thaw()
            try await eventually(within: .seconds(60), "the run is stuck") {
                try await scene.events(of: run).contains("run_stuck")
            }
            let stopped = try await scene.outcome(of: "stop_run", #"{"run": \#(run)}"#)
            let next = try await scene.run()
            try await scene.reaches("succeeded", next)
            let shown = try await scene.queue.text(
                """
                select concat_ws(' ', state, stuck_at is not null, error_code)
                  from ferry.runs where id = $1
                """, [.int(run)])
            let abandoned = try await abandon(scene, run)

            #expect(stopped.code == "run_publishing")
            #expect(shown == "publishing t already_published")
            #expect(abandoned.state == "applied", "\(abandoned)")
            #expect(try await scene.state(of: run) == "failed")
            let reported = try await scene.error(of: run)
            #expect(reported.hasPrefix("abandoned: abandoned by "), "\(reported)")
            // It may just have been tried again.
            #expect(
                reported.contains(": it cannot be published; none of its output "), "\(reported)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: taken) == ["notes.txt"])

            // What it has staged goes with the next run.
            let last = try await scene.run()
            try await scene.reaches("succeeded", last)
            try await nothingStaged(in: scene)
        }
    }

    @Test func `fails automatically when its staged files are gone`() async throws {
        try await frozen { scene, worker, run in
            try FileManager.default.removeItem(atPath: scene.destination + "/.staging/\(run)")

            worker.thaw()
            try await scene.reaches("failed", run)

            #expect(try await scene.error(of: run).hasPrefix("staged_file_missing: "))
            #expect(scene.delivered.visible == [])
            let retried = try await scene.outcome(of: "retry_run", #"{"run": \#(run)}"#)
            #expect(retried.state == "applied")
        }
    }

    @Test func `does no harm when a late worker publishes it after all`() async throws {
        try await frozen(at: "publish.before_rename") { scene, late, run in
            _ = try scene.start("other")

            let abandoned = try await abandon(scene, run)
            let next = try await scene.run()
            try await scene.reaches("succeeded", next)
            let reported = try await scene.error(of: run)
            late.thaw()
            late.signal(SIGTERM)
            _ = try await late.end()

            #expect(abandoned.state == "applied")
            #expect(
                reported.hasSuffix(
                    "worker \"worker\" was still publishing it and may have made it visible"),
                "\(reported)")
            #expect(try await scene.state(of: run) == "failed")
            #expect(
                try await scene.events(of: run).filter { $0 == "run_failed" }.count == 1)
            #expect(try scene.delivered.latest() == next)
            // All of it is there, or nothing.
            if scene.delivered.visible.contains(where: { $0.contains("run-\(run)/") }) {
                _ = try scene.delivered.manifest(of: run)
            }
        }
    }

    @Test func `is refused to be abandoned before it is publishing`() async throws {
        try await Scene.with { scene in
            _ = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            let run = try await scene.run()
            try await scene.reaches("succeeded", run)

            let outcome = try await abandon(scene, run)

            #expect(outcome.code == "run_not_publishing")
            #expect(outcome.message == "run \(run) is not publishing (succeeded)")
        }
    }
}
