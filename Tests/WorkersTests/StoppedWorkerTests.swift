import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A worker that is told to stop while something hangs", .timeLimit(.minutes(15)))
struct StoppedWorkerTests {
    /// Seconds are enough on a machine that does nothing else; what hangs would do so for a minute
    /// or for good.
    private static let timeMax = Duration.seconds(45)

    @Test func `ends in time when its bucket answers nothing`() async throws {
        try await Scene.with { scene in
            let bucket = try S3Bucket()
            let hole = try BlackHole(before: bucket.server.port)
            defer { hole.close() }
            let worker = try scene.start(
                "worker",
                environment: ["FERRY_CREDENTIAL_REMOTE": S3Bucket.credential])
            try await scene.configure(
                kind: "s3",
                settings: """
                    {"bucket": "\(bucket.name)", "endpoint": "http://127.0.0.1:\(hole.port)",
                     "credential": "remote"}
                    """, tables: #"["customers"]"#)
            hole.hush()
            let run = try await scene.run()
            try await eventually(within: .seconds(60), "it asks the bucket") { hole.isAsked }

            let duration = try await stopped(worker, by: SIGTERM)

            #expect(duration < Self.timeMax)
            let heir = try scene.start("heir")
            try await eventually("another worker takes over the run") {
                try await scene.queue.number(
                    "select attempts from ferry.runs where id = $1", [.int(run)]) >= 2
            }
            heir.signal(SIGKILL)
        }
    }

    @Test func `ends in time when its source answers nothing`() async throws {
        try await Scene.with { scene in
            let (socket, port) = try LocalSocket.listening()
            defer { socket.close() }
            let worker = try scene.start("worker")
            try await scene.configure(tables: #"["customers"]"#)
            worker.signal(SIGTERM)
            _ = try await worker.end()
            let other = try scene.start(
                "other",
                environment: [
                    "FERRY_CREDENTIAL_TEST_SOURCE":
                        "host=127.0.0.1 port=\(port) user=u dbname=d connect_timeout=60"
                ])
            let run = try await scene.run()
            try await eventually(within: .seconds(30), "the run is under way") {
                try await scene.state(of: run) == "running"
            }

            #expect(try await stopped(other, by: SIGTERM) < Self.timeMax)
        }
    }

    @Test func `ends in time when the queue is locked`() async throws {
        try await Scene.with { scene in
            let worker = try scene.start("worker")
            try await scene.registered("worker")
            let lock = try await scene.queue.another()
            try await lock.run(
                "begin; lock table ferry_state.worker_leases, ferry_state.runs")

            #expect(try await stopped(worker, by: SIGTERM) < Self.timeMax)
            await lock.close()
        }
    }

    @Test func `ends immediately at the second signal`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let worker = try scene.start("worker")
            try await scene.configure(tables: #"["held"]"#)
            let held = try await HeldTable.close(in: scene.source)
            _ = try await scene.run()
            try await HeldTable.isReached(in: scene.source)

            // Two that come before the process looks are one.
            try await eventually("it ends") {
                if !worker.isRunning { return true }
                worker.signal(SIGINT)
                return false
            }

            #expect(try await worker.end() == .exit(130))
            await held.open()
        }
    }

    private func stopped(_ worker: WorkerProcess, by signal: Int32) async throws -> Duration {
        let begin = ContinuousClock.now
        worker.signal(signal)
        #expect(try await worker.end() == .exit(0))
        return .now - begin
    }
}
