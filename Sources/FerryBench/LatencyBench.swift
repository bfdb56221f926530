import Foundation
import Postgres

/// From the commit of an INSERT until its sender sees that the command was applied, on an idle
/// queue.
struct LatencyBench {
    let bench: Bench
    private let samples = 300
    private let gap = Duration.milliseconds(10)
    private let pollInterval = Duration.milliseconds(100)

    func run() async throws {
        print("\nLatency on an idle queue, milliseconds (\(samples) samples each)")
        let floor = try await notifyRoundTrip()
        let ferry = try await applied()
        let poll = try await polled()
        show("raw NOTIFY, there and back", floor, beside: nil)
        show("ferry: insert committed to applied seen", ferry, beside: floor)
        show("a poll every 100 ms instead", poll, beside: floor)
    }

    private func show(_ what: String, _ values: [Double], beside floor: [Double]?) {
        let p50 = percentile(values, 0.5)
        let p99 = percentile(values, 0.99)
        report(
            what, "p50 \(number(p50, 2))  p99 \(number(p99, 2))",
            floor.map { "p50 \(number(p50 / percentile($0, 0.5), 1)) x NOTIFY" } ?? "")
    }

    /// A notification to a listener that replies with another.
    private func notifyRoundTrip() async throws -> [Double] {
        try await bench.database("bench_notify")
        let here = try await bench.connect("bench_notify")
        let hereEars = try await bench.connect("bench_notify")
        let there = try await bench.connect("bench_notify")
        let thereEars = try await bench.connect("bench_notify")
        var answers = try await hereEars.listen(["answer"]).makeAsyncIterator()
        let questions = try await thereEars.listen(["question"])
        let echo = Task {
            for try await _ in questions { try await there.execute("notify answer") }
        }
        defer { echo.cancel() }
        var values: [Double] = []
        for _ in 0..<samples {
            try await Task.sleep(for: gap)
            let start = ContinuousClock.now
            try await here.execute("notify question")
            _ = try await answers.next()
            values.append(seconds(ContinuousClock.now - start) * 1000)
        }
        return values
    }

    private func applied() async throws -> [Double] {
        let queue = try await bench.queue("bench_latency")
        let ears = try await bench.connect("bench_latency")
        var events = try await ears.listen(["ferry_events"]).makeAsyncIterator()
        let workers = try bench.workers(1, on: "bench_latency")
        defer { bench.stop(workers) }
        try await bench.until {
            let started = try await queue.query("select count(*) from ferry.workers")
            return try started[0][0].int() == 1
        }
        var values: [Double] = []
        for sample in 0..<(samples + 20) {
            try await Task.sleep(for: gap)
            let id = try await queue.query(
                "select ferry.create_data_export($1)", [.text("export \(sample)")]
            )[0][0].int64()
            let start = ContinuousClock.now
            while try await !ended(id, queue) { _ = try await events.next() }
            // The first ones include planning and cold caches.
            if sample >= 20 { values.append(seconds(ContinuousClock.now - start) * 1000) }
        }
        return values
    }

    private func ended(_ id: Int64, _ queue: Connection) async throws -> Bool {
        let rows = try await queue.query(
            "select exists (select from ferry_state.command_outcomes where command_id = $1)",
            [.int(id)])
        return try rows[0][0].bool()
    }

    /// The latency of a worker without NOTIFY: the insert falls somewhere between two polls.
    private func polled() async throws -> [Double] {
        try await bench.database("bench_poll")
        let sender = try await bench.connect("bench_poll")
        let worker = try await bench.connect("bench_poll")
        try await sender.run("create table jobs (id int primary key, done bool not null)")
        let interval = pollInterval
        let (applied, applying) = AsyncStream.makeStream(of: Void.self)
        let polling = Task {
            while !Task.isCancelled {
                let done = try await worker.execute(
                    "update jobs set done = true where not done")
                if done > 0 { applying.yield() }
                try await Task.sleep(for: interval)
            }
        }
        defer { polling.cancel() }
        var waiting = applied.makeAsyncIterator()
        var values: [Double] = []
        for sample in 0..<min(samples, 100) {
            try await Task.sleep(for: gap * Double.random(in: 0...10))
            try await sender.execute("insert into jobs values ($1, false)", [.int(Int64(sample))])
            let start = ContinuousClock.now
            await waiting.next()
            values.append(seconds(ContinuousClock.now - start) * 1000)
        }
        return values
    }
}
