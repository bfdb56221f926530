import Foundation
import Postgres

/// Whether a drain stays fast during a long transaction: its snapshot prevents the removal of dead
/// rows from the queue.
struct SnapshotBench {
    let bench: Bench
    let commands: Int
    /// Commands applied under the snapshot before the measured ones.
    let churned = 200_000

    func run() async throws {
        print("\nDrain of \(commands) commands after \(churned) others, without and with a")
        print("REPEATABLE READ transaction held open over all of it, in the same database")
        var undisturbed: [Double] = []
        var held: [Double] = []
        for _ in 0..<bench.runs {
            undisturbed.append(try await rate(holding: false))
            held.append(try await rate(holding: true))
        }
        report("undisturbed", "\(number(median(undisturbed)))/s")
        report(
            "under a held snapshot", "\(number(median(held)))/s",
            "\(number(median(held) / median(undisturbed), 2)) x undisturbed (to reach: 0.80)")
    }

    private func rate(holding: Bool) async throws -> Double {
        let queue = try await bench.queue("bench_snapshot")
        let holder = try await bench.connect("bench_snapshot")
        if holding {
            try await holder.run("begin isolation level repeatable read")
            _ = try await holder.query("select count(*) from ferry_state.command_queue")
        }
        try await DrainBench.fill(queue, churned, prefix: "churned")
        let before = try bench.workers(1, on: "bench_snapshot")
        _ = try await DrainBench.drained(queue, by: before, bench)
        bench.stop(before)
        // As many dead rows as there can be without the snapshot, too: none removed by hand.
        try await queue.run(
            "delete from ferry_state.events where event in ('worker_started', 'worker_stopped')")
        try await DrainBench.fill(queue, commands)
        let workers = try bench.workers(1, on: "bench_snapshot")
        defer { bench.stop(workers) }
        let rate = try await DrainBench.drained(queue, by: workers, bench)
        await holder.close()
        await queue.close()
        return rate
    }
}
