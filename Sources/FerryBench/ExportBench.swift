import Foundation
import Postgres
import PrivateServer

/// How fast a table gets to disk as CSV, beside `psql \copy`, and how much memory that takes.
struct ExportBench {
    let bench: Bench
    let rows: Int

    func run() async throws {
        print("\nCSV of a table of \(rows) rows to a directory, uncompressed")
        try await bench.database("bench_source")
        let source = try await bench.connect("bench_source")
        try await fill(source, "orders", rows)
        try await fill(source, "orders_times_10", rows * 10)

        let folder = NSTemporaryDirectory() + "ferry-bench-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ferry = try await Exporter(bench: bench, folder: folder)
        var psql: [Double] = []
        var ours: [Double] = []
        for _ in 0..<(bench.runs + 1) {
            psql.append(try copyByPsql("orders", to: folder + "/psql.csv"))
            ours.append(try await ferry.export("orders").seconds)
        }
        let bytes =
            try FileManager.default
            .attributesOfItem(atPath: folder + "/psql.csv")[.size] as? Int ?? 0
        let small = ferry.peakMemory()
        let large = try await ferry.export("orders_times_10")
        let largePsql = try copyByPsql("orders_times_10", to: folder + "/psql.csv")
        let peak = ferry.peakMemory()
        ferry.stop()

        // The first of each warms the caches.
        let (reference, measured) = (
            median(Array(psql.dropFirst())), median(Array(ours.dropFirst()))
        )
        let megabytes = Double(bytes) / 1e6
        report("psql \\copy to file", "\(number(megabytes / reference)) MB/s")
        report(
            "ferry, reading and writing the table", "\(number(megabytes / measured)) MB/s",
            "\(number(reference / measured, 2)) x psql (to reach: 0.90)")
        report(
            "the same, ten times the rows", "\(number(megabytes * 10 / large.seconds)) MB/s",
            "\(number(largePsql / large.seconds, 2)) x psql")
        report(
            "peak memory of the worker, \(rows) rows", "\(number(small)) MiB", "to stay under: 64")
        report("peak memory of the worker, ten times the rows", "\(number(peak)) MiB")
    }

    private func fill(_ source: Connection, _ table: String, _ rows: Int) async throws {
        try await source.run(
            """
            create table \(table) as
            select g::bigint as id, (g::bigint * 7919 % 200000) as customer,
                   timestamptz '2024-01-01 UTC' + make_interval(secs => g) as ordered_at,
                   (g % 100000 / 100.0)::numeric(12, 2) as amount,
                   case when g % 5 = 0 then null else 'Rue de l''Église ' || g % 300 end as street,
                   md5(g::text) as reference,
                   jsonb_build_object('channel', 'web', 'items', g % 9) as details
              from generate_series(1, \(rows)) as g;
            """)
        try await source.run("vacuum analyze \(table)")
    }

    private func copyByPsql(_ table: String, to file: String) throws -> Double {
        let start = ContinuousClock.now
        try bench.tool(
            "psql",
            [
                "-X", "-q", "-d", bench.server.url(database: "bench_source"), "-c",
                "\\copy \(table) to '\(file)' with (format csv, header)",
            ])
        return seconds(ContinuousClock.now - start)
    }
}
