import Foundation
import PrivateServer

/// The programs that Ferry's exports are compared with. All read the source over TCP, as Ferry
/// does, and write below one folder.
struct ExportPeers {
    let bench: Bench
    let folder: String
    /// A Python that may have DuckDB.
    let python: String

    private var source: String { bench.server.tcpURL(database: "bench_source") }

    /// - Returns: The resources of `psql`, and the size of the file in bytes.
    func psql(_ table: String) async throws -> (usage: Usage, bytes: Int) {
        let file = folder + "/psql.csv"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let copy = "\\copy \(table) to '\(file)' with (format csv, header)"
        let run = try await bench.measured("psql", ["-X", "-q", "-d", source, "-c", copy])
        let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        return (run.usage, bytes ?? 0)
    }

    /// A dump in the directory format, by two jobs, which a single table cannot use.
    func pgDump(_ table: String, _ options: [String]) async throws -> Usage {
        let target = folder + "/dump"
        defer { try? FileManager.default.removeItem(atPath: target) }
        return try await bench.measured(
            "pg_dump",
            ["-Fd", "-j", "2", "-a", "-t", table, "-f", target, "-d", source] + options
        ).usage
    }

    /// DuckDB's own time, without the start of Python; its threads are as many as the cores.
    ///
    /// - Parameter options: Those of its COPY.
    func duckDB(_ table: String, _ options: String) async throws -> Usage {
        let file = folder + "/duckdb.out"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let run = try await duckDB("copy (from pg.public.\(table)) to '\(file)' (\(options))")
        guard let seconds = Double(run.output.trimmingCharacters(in: .whitespacesAndNewlines))
        else { throw ToolFailed(name: "DuckDB") }
        return Usage(seconds: seconds, peakMemory: run.usage.peakMemory)
    }

    /// Whether DuckDB and its reader of PostgreSQL are there.
    func hasDuckDB() async -> Bool {
        (try? await duckDB("select 1")) != nil
    }

    private func duckDB(_ statement: String) async throws -> (usage: Usage, output: String) {
        try await bench.measured(python, ["-c", Self.script, source, statement])
    }

    private static let script = """
        import glob, os, sys, time, duckdb
        source, statement = sys.argv[1:]
        connection = duckdb.connect()
        try:
            import duckdb_extension_postgres_scanner as wheel
            folder = os.path.dirname(wheel.__file__)
            file = glob.glob(folder + "/**/postgres_scanner.duckdb_extension", recursive=True)[0]
            connection.execute(f"load '{file}'")
        except ImportError:
            connection.execute("install postgres; load postgres")
        start = time.monotonic()
        quoted = source.replace("'", "''")
        connection.execute(f"attach '{quoted}' as pg (type postgres, read_only)")
        connection.execute(statement)
        print(time.monotonic() - start)
        """
}
