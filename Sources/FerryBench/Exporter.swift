import Foundation
import Postgres
import PrivateServer

/// Exports tables of the source to a directory, each with a separate worker.
struct Exporter {
    /// Settings of data templates by name. Those whose name ends in `split` allow several files a
    /// table, so that a large one is read in parts.
    private static let templates = [
        "csv": #"{}"#,
        "csv-gzip": #"{"compression": "gzip"}"#,
        "csv-zstd": #"{"compression": "zstd"}"#,
        "parquet-snappy": #"{"format": "parquet", "compression": "snappy"}"#,
        "parquet-zstd": #"{"format": "parquet", "compression": "zstd"}"#,
    ]

    let bench: Bench
    /// The directory of the files during an export.
    let folder: String
    private let queue: Connection

    init(bench: Bench, folder: String, tables: [String]) async throws {
        self.bench = bench
        self.folder = folder
        queue = try await bench.queue("bench_export")
        let worker = try startWorker(atOnce: 1)
        defer { bench.stop([worker]) }
        try await send("ferry.register_database('source', 'bench')")
        try await send(
            "ferry.create_destination('disk', 'directory', jsonb_build_object('path', $1::text))",
            [.text(folder)])
        for table in tables {
            try await send("ferry.create_data_export($1, 'source', array[$1])", [.text(table)])
            try await send("ferry.activate_data_export($1)", [.text(table)])
        }
        for (template, settings) in Self.templates {
            try await add(template, settings, tables)
            let split = settings.dropLast() + (settings == "{}" ? "" : ", ")
            try await add(template + "-split", split + #""split": {"rows": 10000000}}"#, tables)
        }
    }

    private func add(_ template: String, _ settings: String, _ tables: [String]) async throws {
        try await send(
            "ferry.create_data_template('disk', $1, $2::jsonb)", [.text(template), .text(settings)])
        for table in tables {
            try await send(
                "ferry.add_orchestration($1, 'disk', $2, name => $3)",
                [.text(table), .text(template), .text("\(table) as \(template)")])
        }
    }

    /// Exports one table and removes the files.
    ///
    /// - Parameter atOnce: How many parts of the table are read at once.
    /// - Returns: The time from the claim of the run to the visible manifest, all files durable,
    ///   and the most memory of the worker.
    func export(_ table: String, as template: String, atOnce: Int) async throws -> Usage {
        let worker = try startWorker(atOnce: atOnce)
        defer { bench.stop([worker]) }
        let name = "\(table) as \(template)" + (atOnce > 1 ? "-split" : "")
        let run = try await send("ferry.run_orchestration($1)", [.text(name)])
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
        let usage = Usage(
            seconds: try rows[0][1].double(), peakMemory: bench.peakMemory(of: worker))
        try FileManager.default.removeItem(atPath: folder + "/" + table)
        return usage
    }

    private func startWorker(atOnce: Int) throws -> Process {
        try bench.workers(
            1, on: "bench_export",
            ["--concurrency", String(atOnce), "--allow-directory", folder],
            environment: [
                "FERRY_CREDENTIAL_BENCH": bench.server.tcpURL(database: "bench_source")
                    + " sslmode=disable"
            ])[
                0]
    }

    @discardableResult
    private func send(_ call: String, _ values: [Value] = []) async throws -> Int64 {
        let id = try await queue.query("select \(call)", values)[0][0].int64()
        try await queue.run("call ferry.wait_for(\(id))")
        return id
    }
}
