import ArgumentParser
import Foundation
import PrivateServer

/// Compares Ferry with references on the same machine, in the same run, and prints ratios.
///
/// Absolute numbers of one machine say little; both sides run in turn, several times, and the
/// medians are compared.
@main
struct FerryBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ferry-bench",
        abstract: "Measure Ferry beside hand-written references on the same machine.")

    @Option(help: "Which measurements: drain, insert, latency, snapshot, feed, export.")
    var only = "drain,insert,snapshot,latency,feed,export"

    @Option(help: "Commands a drain applies.")
    var commands = 50_000

    @Option(help: "Events that a watcher has missed.")
    var events = 500_000

    @Option(help: "Rows of the exported table; a table of ten times as many is exported, too.")
    var rows = 1_000_000

    @Option(help: "A Python that can import duckdb, and duckdb_extension_postgres_scanner.")
    var python = "python3"

    @Option(help: "Counted runs of each side.")
    var runs = 3

    func run() async throws {
        let server = try await PrivateServer.start(
            settings: [
                "shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "15min",
                "max_connections": "100", "listen_addresses": "127.0.0.1",
            ], durable: true)
        do {
            let bench = Bench(server: server, runs: runs)
            let chosen = Set(only.split(separator: ",").map(String.init))
            if chosen.contains("drain") {
                try await DrainBench(bench: bench, commands: commands).run()
            }
            if chosen.contains("snapshot") {
                try await SnapshotBench(bench: bench, commands: commands).run()
            }
            if chosen.contains("insert") { try await InsertBench(bench: bench).run() }
            if chosen.contains("latency") { try await LatencyBench(bench: bench).run() }
            if chosen.contains("feed") { try await FeedBench(bench: bench, events: events).run() }
            if chosen.contains("export") {
                try await ExportBench(bench: bench, rows: rows, python: python).run()
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }
}
