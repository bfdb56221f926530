import Foundation
import Postgres
import PrivateServer

/// How fast `ferry watch` catches up, and the cost of an empty poll during a long transaction.
struct FeedBench {
    let bench: Bench
    let events: Int

    func run() async throws {
        print("\nThe feed, \(events) events behind, and with nothing new")
        let queue = try await bench.queue("bench_feed")
        try await fill(queue, 1000)
        let cursor = try await cursor()
        try await fill(queue, events)
        var rates: [Double] = []
        for _ in 0..<bench.runs { rates.append(Double(events) / (try await catchUp(cursor))) }
        report("ferry watch --after, to a file", "\(number(median(rates))) events/s")

        let holder = try await bench.connect("bench_feed")
        try await holder.run("begin; select pg_current_xact_id()")
        for since in [0, 50_000, 200_000] {
            try await fill(queue, since)
            var times: [Double] = []
            for _ in 0..<50 { times.append(try await look(queue)) }
            report(
                "a look that finds nothing, \(since) events later",
                "\(number(median(times) * 1000, 2)) ms")
        }
        await holder.close()
        await queue.close()
    }

    private func fill(_ queue: Connection, _ count: Int) async throws {
        try await queue.run(
            """
            select ferry_state.record_event('production', 'begin', 'test', null, null, null, null);
            do $$ begin
                for i in 1..\(count / 1000) loop
                    insert into ferry_state.events
                           (environment, event, object_kind, object_id, object_name, run_id, actor,
                            details)
                    select 'production', 'task_done', 'run', i, 'Daily customers', i, 'worker',
                           '{"tables": ["public.customers"], "rows": 1000}'
                      from generate_series(1, 1000);
                    commit;
                end loop;
            end; $$
            """)
    }

    private func cursor() async throws -> String {
        let text = try await watch(["--once", "--output", "ndjson"], to: nil)
        let line = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        guard let cursor = line?["cursor"] as? String else { throw ToolFailed(name: "ferry watch") }
        return cursor
    }

    private func catchUp(_ cursor: String) async throws -> Double {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(
            "ferry-feed.ndjson")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let start = ContinuousClock.now
        _ = try await watch(
            ["--once", "--output", "ndjson", "--after", cursor],
            to: try FileHandle(forWritingTo: file))
        return seconds(ContinuousClock.now - start)
    }

    private func look(_ queue: Connection) async throws -> Double {
        let seen = try await queue.query("select now::text from ferry.feed_position()")[0][0]
            .string()
        let start = ContinuousClock.now
        _ = try await queue.query(
            """
            select from ferry.events_between(
                $1::text::pg_snapshot, (select now from ferry.feed_position()))
            """, [.text(seen)])
        return seconds(ContinuousClock.now - start)
    }

    /// - Returns: The output, if no file is given.
    private func watch(_ arguments: [String], to file: FileHandle?) async throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = Bench.ferry
        process.arguments = ["watch"] + arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["FERRY_DATABASE_URL": bench.server.url(database: "bench_feed")]) { $1 }
        if let file { process.standardOutput = file } else { process.standardOutput = pipe }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ToolFailed(name: "ferry watch") }
        return file == nil
            ? String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) : ""
    }
}
