import Foundation
import Postgres
import PrivateServer

/// A worker with an export per table, run on demand.
struct Exporter {
    let bench: Bench
    private let queue: Connection
    private let worker: Process

    init(bench: Bench, folder: String) async throws {
        self.bench = bench
        queue = try await bench.queue("bench_export")
        worker = try bench.workers(
            1, on: "bench_export", ["--concurrency", "1", "--allow-directory", folder],
            environment: ["BENCH_SOURCE_URL": bench.server.url(database: "bench_source")])[0]
        try await send("ferry.register_database('source', 'env:BENCH_SOURCE_URL')")
        try await send(
            "ferry.create_destination('disk', 'directory', jsonb_build_object('path', $1::text))",
            [.text(folder)])
        try await send("ferry.create_data_template('disk', 'csv', '{}')")
    }

    /// Exports one table.
    ///
    /// - Returns: The time from the snapshot to the visible manifest.
    func export(_ table: String) async throws -> (run: Int64, seconds: Double) {
        let exists = try await queue.query(
            "select exists (select from ferry.orchestrations where name = $1)", [.text(table)])
        if try !exists[0][0].bool() {
            try await send(
                "ferry.create_data_export($1, 'source', array[$1])", [.text(table)])
            try await send("ferry.activate_data_export($1)", [.text(table)])
            try await send("ferry.add_orchestration($1, 'disk', 'csv')", [.text(table)])
        }
        let run = try await send("ferry.run_orchestration($1)", [.text(table)])
        try await bench.until {
            let state = try await queue.query(
                "select finished_at is not null from ferry_state.runs where id = $1", [.int(run)])
            return try state.first?[0].bool() == true
        }
        let rows = try await queue.query(
            """
            select state, extract(epoch from finished_at - started_at) from ferry_state.runs
             where id = $1
            """, [.int(run)])
        guard try rows[0][0].string() == "succeeded" else { throw ToolFailed(name: "ferry") }
        return (run, try rows[0][1].double())
    }

    @discardableResult
    private func send(_ call: String, _ values: [Value] = []) async throws -> Int64 {
        let id = try await queue.query("select \(call)", values)[0][0].int64()
        try await queue.run("call ferry.wait_for(\(id))")
        return id
    }

    /// The most memory that the worker has had resident so far, in MiB; 0 where the system does
    /// not tell.
    func peakMemory() -> Double {
        let status = try? String(
            contentsOfFile: "/proc/\(worker.processIdentifier)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(separator: " ").compactMap { Double($0) }.first
        return (kilobytes ?? 0) / 1024
    }

    func stop() { bench.stop([worker]) }
}
