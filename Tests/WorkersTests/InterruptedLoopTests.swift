import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A loop of a worker that meets an error of the queue", .timeLimit(.minutes(15)))
struct InterruptedLoopTests {
    /// What a worker looks at every second while a run is under way; and the call that waits.
    static let tables = [
        "worker_leases heartbeat", "worker_leases due_work", "runs run_status",
        "run_tasks run_status", "command_queue claim_commands",
        "command_waits claim_commands", "orchestration_groups due_work",
        "sandbox_checks due_work", "alert_deliveries claim_alert_deliveries",
    ]

    @Test(arguments: tables)
    func `repeats a statement that was cancelled while it waited for a lock`(
        place: String
    ) async throws {
        let (table, function) = (place.split(separator: " ")[0], place.split(separator: " ")[1])
        try await Scene.with(tables: HeldTable.script) { scene in
            let worker = try scene.start("worker", lease: 15)
            let (run, held) = try await heldRun(in: scene)
            let lock = try await scene.queue.another()
            try await lock.run("begin; lock table ferry_state.\(table) in access exclusive mode")

            // Twice: once more for what is repeated.
            for _ in 1...2 { try await cancelWaiting(String(function), in: scene) }
            await lock.close()
            await held.open()

            try await scene.reaches("succeeded", run)
            try await isUnharmed(worker, run, in: scene)
            #expect(worker.log.contains("canceling statement due to user request"))
        }
    }

    @Test func `waits for a lock only up to its limit, and logs it once`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let worker = try scene.start("worker")
            let (run, held) = try await heldRun(in: scene)
            let lock = try await scene.queue.another()
            try await lock.run("begin; lock table ferry_state.run_tasks in access exclusive mode")

            try await eventually(within: .seconds(60), "it gives a lock up") {
                worker.log.contains("lock timeout")
            }
            await lock.close()
            await held.open()

            try await scene.reaches("succeeded", run)
            try await isUnharmed(worker, run, in: scene)
            let lines = worker.log.split(separator: "\n")
            let reported = lines.filter {
                $0.contains("lock timeout") && $0.contains("retrying")
            }
            #expect(reported.count == 1)
            try await eventually("it says that it is over") {
                worker.log.contains("operation succeeded after retries")
            }
        }
    }

    @Test func `is not ended by limits that the database sets for everyone`() async throws {
        try await Scene.with(tables: HeldTable.script) { scene in
            let name = try #require(try await scene.queue.text("select current_database()"))
            for limit in [
                "statement_timeout = '1ms'", "lock_timeout = '1ms'",
                "idle_session_timeout = '200ms'", "default_transaction_isolation = 'serializable'",
                "idle_in_transaction_session_timeout = '1ms'", "search_path = public, pg_catalog",
            ] {
                try await scene.queue.run("alter database \(name) set \(limit)")
            }
            let worker = try scene.start("worker", lease: 3)
            let (run, held) = try await heldRun(in: scene)

            try await eventually(within: .seconds(60), "its lease is renewed three times") {
                try await scene.queue.number(
                    """
                    select count(*) from ferry.workers
                     where heartbeat_at > started_at + interval '3 s'
                    """) == 1
            }
            await held.open()

            try await scene.reaches("succeeded", run)
            try await isUnharmed(worker, run, in: scene)
        }
    }

    @Test func `is connected again when its session was ended, and the run continues`() async throws
    {
        try await Scene.with(tables: HeldTable.script) { scene in
            let worker = try scene.start("worker")
            let (run, held) = try await heldRun(in: scene)

            // All but the session that holds the lease.
            try await scene.queue.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and application_name = 'ferry worker'
                   and pid not in (select backend_pid from ferry_state.worker_leases)
                """)
            try await scene.apply("create_data_export", #"{"name": "Meanwhile"}"#)
            await held.open()

            try await scene.reaches("succeeded", run)
            try await isUnharmed(worker, run, in: scene)
        }
    }

    /// A run whose only table is being read, and stays so until it is released.
    private func heldRun(in scene: Scene) async throws -> (run: Int64, held: HeldTable) {
        try await scene.configure(tables: #"["held"]"#)
        let held = try await HeldTable.close(in: scene.source)
        let run = try await scene.run()
        try await HeldTable.isReached(in: scene.source)
        return (run, held)
    }

    private func cancelWaiting(_ function: String, in scene: Scene) async throws {
        try await eventually(within: .seconds(60), "a statement waits, and is cancelled") {
            try await scene.queue.number(
                """
                select count(*) filter (where pg_cancel_backend(pid)) from pg_stat_activity
                 where datname = current_database() and application_name = 'ferry worker'
                   and wait_event_type = 'Lock' and query like '%' || $1 || '%'
                """, [.text(function)]) > 0
        }
    }

    private func isUnharmed(
        _ worker: WorkerProcess, _ run: Int64, in scene: Scene
    ) async throws {
        #expect(worker.isRunning)
        #expect(
            try await scene.queue.number(
                "select attempts from ferry.runs where id = $1", [.int(run)]) == 1)
        #expect(
            try await scene.queue.number(
                "select count(*) from ferry_state.workers where name = 'worker'") == 1)
    }
}
