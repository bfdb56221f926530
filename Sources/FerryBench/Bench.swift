import Foundation
import Migrations
import Postgres
import PrivateServer
import Processes

/// The shared parts of all measurements: the server, its databases, and worker processes.
struct Bench: Sendable {
    let server: PrivateServer
    let runs: Int

    /// A fresh database with Ferry's schema; one of the same name is dropped.
    func queue(_ name: String) async throws -> Connection {
        try await database(name)
        let connection = try await connect(name)
        _ = try await Migrator(connection).migrate()
        try await connection.run(
            """
            insert into ferry_state.settings (name, value, changed_by)
            values ('waiting_commands_max', '999999999', current_user)
            """)
        return connection
    }

    func database(_ name: String) async throws {
        let administrator = try await connect("postgres")
        try await administrator.run("drop database if exists \(name) with (force)")
        try await administrator.run("create database \(name)")
        await administrator.close()
    }

    func connect(_ database: String) async throws -> Connection {
        try await Connection.connect(ConnectionOptions(server.url(database: database)))
    }

    /// The program that is built with this one.
    static let ferry = URL(fileURLWithPath: CommandLine.arguments[0])
        .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("ferry")

    /// Starts `ferry worker` processes.
    func workers(
        _ count: Int, on database: String, _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> [Process] {
        try (0..<count).map { _ in
            let process = Process()
            process.executableURL = Self.ferry
            process.arguments = ["worker", "--log-level", "error"] + arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
                .merging(["FERRY_DATABASE_URL": server.url(database: database)]) { $1 }
            try process.run()
            return process
        }
    }

    func stop(_ workers: [Process]) {
        for worker in workers { worker.terminate() }
        for worker in workers { worker.waitUntilExit() }
    }

    /// Runs a tool to its end and discards its output.
    func tool(_ name: String, _ arguments: [String]) throws {
        _ = try output(of: name, arguments)
    }

    /// Runs a tool to its end.
    func output(of name: String, _ arguments: [String]) throws -> String {
        let log = NSTemporaryDirectory() + "ferry-bench-\(UUID().uuidString).log"
        defer { try? FileManager.default.removeItem(atPath: log) }
        // Not Foundation's Process, whose children have every signal blocked: pgbench needs the one
        // that ends its time.
        let process = try ChildProcess([name] + arguments, log: log)
        while process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        guard process.reap() == 0 else { throw ToolFailed(name: name) }
        return try String(contentsOfFile: log, encoding: .utf8)
    }

    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }
}

struct ToolFailed: Error {
    let name: String
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

func percentile(_ values: [Double], _ part: Double) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
}

func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

func number(_ value: Double, _ digits: Int = 0) -> String {
    String(format: "%.\(digits)f", value)
}

/// One line of the report: what, how much, and compared with what.
func report(_ what: String, _ value: String, _ comparison: String = "") {
    let line =
        what.padding(toLength: 52, withPad: " ", startingAt: 0)
        + value.padding(toLength: 22, withPad: " ", startingAt: 0) + comparison
    print(line)
}
