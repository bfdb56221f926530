import Foundation
import Postgres
import PrivateServer

/// How fast a table is written to disk and with how much memory, compared with `psql \copy`,
/// `pg_dump` and, if Python has it, DuckDB.
struct ExportBench {
    /// One line of the report.
    private struct Contender {
        let name: String
        /// The compared program, and the goal.
        var beside: (name: String, toReach: Double?)?
        let run: () async throws -> Usage
    }

    let bench: Bench
    let rows: Int
    /// The Python that may have DuckDB.
    let python: String

    func run() async throws {
        print("\nA table of \(rows) rows to a directory; MB of its CSV per second, peak memory")
        let isParted = try await ExportTables.fill(bench, rows: rows)
        if !isParted { print("(the table is too small to be read in parts: give more --rows)") }
        let folder = NSTemporaryDirectory() + "ferry-bench-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ferry = try await Exporter(
            bench: bench, folder: folder, tables: [ExportTables.one, ExportTables.ten])
        let peers = ExportPeers(bench: bench, folder: folder, python: python)
        let hasDuckDB = await peers.hasDuckDB()

        // Also warms the caches.
        let bytes = try await peers.psql(ExportTables.one).bytes
        let contenders = references(peers, hasDuckDB) + exports(ferry, hasDuckDB)
        var samples: [String: [Usage]] = [:]
        for _ in 0..<bench.runs {
            for contender in contenders {
                samples[contender.name, default: []].append(try await contender.run())
            }
        }
        for contender in contenders { compare(contender, samples, megabytes: Double(bytes) / 1e6) }
        if !hasDuckDB {
            print("DuckDB is left out: \(python) lacks it, or its reader of PostgreSQL (--python)")
        }
        try await reportTenTimes(ferry, peers, megabytes: Double(bytes) / 1e5)
    }

    private func references(_ peers: ExportPeers, _ hasDuckDB: Bool) -> [Contender] {
        let table = ExportTables.one
        let always = [
            Contender(name: "psql \\copy, CSV") { try await peers.psql(table).usage },
            Contender(name: "pg_dump -Fd -j2 -Z0") { try await peers.pgDump(table, ["-Z0"]) },
            Contender(name: "pg_dump -Fd -j2, gzip") { try await peers.pgDump(table, []) },
        ]
        guard hasDuckDB else { return always }
        let formats = [
            ("CSV", "format csv, header"),
            ("Parquet snappy", "format parquet, compression snappy"),
            ("Parquet zstd", "format parquet, compression zstd"),
        ]
        return always
            + formats.map { name, options in
                Contender(name: "DuckDB, \(name)") { try await peers.duckDB(table, options) }
            }
    }

    private func exports(_ ferry: Exporter, _ hasDuckDB: Bool) -> [Contender] {
        let psql = "psql \\copy, CSV"
        let gzip = "pg_dump -Fd -j2, gzip"
        let (snappy, zstd) =
            hasDuckDB ? ("DuckDB, Parquet snappy", "DuckDB, Parquet zstd") : (psql, psql)
        let isFastest: Double? = hasDuckDB ? 1 : nil
        let lines: [(name: String, template: String, beside: String, toReach: [Double?])] = [
            ("CSV", "csv", psql, [1, 1.6]),
            ("CSV gzip", "csv-gzip", gzip, [nil, nil]),
            ("CSV zstd", "csv-zstd", psql, [nil, nil]),
            ("Parquet snappy", "parquet-snappy", snappy, [isFastest, isFastest]),
            ("Parquet zstd", "parquet-zstd", zstd, [nil, nil]),
        ]
        return lines.flatMap { line in
            zip([1, 2], line.toReach).map { atOnce, toReach in
                Contender(
                    name: "ferry, \(line.name)" + (atOnce == 1 ? "" : ", 2 parts at a time"),
                    beside: (line.beside, toReach)
                ) { try await ferry.export(ExportTables.one, as: line.template, atOnce: atOnce) }
            }
        }
    }

    private func compare(
        _ contender: Contender, _ samples: [String: [Usage]], megabytes: Double
    ) {
        let own = samples[contender.name, default: []]
        let time = median(own.map(\.seconds))
        var comparison = ""
        if let (name, toReach) = contender.beside {
            let ratio = median(samples[name, default: []].map(\.seconds)) / time
            comparison = "\(number(ratio, 2)) x \(name)"
            if let toReach { comparison += " (to reach: \(number(toReach, 2)))" }
        }
        show(contender.name, megabytes / time, own, comparison)
    }

    /// Whether memory grows with the table.
    private func reportTenTimes(
        _ ferry: Exporter, _ peers: ExportPeers, megabytes: Double
    ) async throws {
        print("Ten times the rows, once")
        let psql = try await peers.psql(ExportTables.ten).usage
        show("psql \\copy, CSV", megabytes / psql.seconds, [psql], "")
        for (name, template) in [("CSV", "csv"), ("Parquet snappy", "parquet-snappy")] {
            for atOnce in [1, 2] {
                let usage = try await ferry.export(
                    ExportTables.ten, as: template, atOnce: atOnce)
                show(
                    "ferry, \(name)" + (atOnce == 1 ? "" : ", 2 parts at a time"),
                    megabytes / usage.seconds, [usage],
                    "\(number(psql.seconds / usage.seconds, 2)) x psql \\copy, CSV")
            }
        }
    }

    private func show(_ name: String, _ rate: Double, _ usage: [Usage], _ comparison: String) {
        let memory = usage.map(\.peakMemory).max() ?? 0
        report(name, "\(number(rate)) MB/s, \(number(memory)) MiB", comparison)
    }
}
