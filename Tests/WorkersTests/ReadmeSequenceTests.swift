import Foundation
import Postgres
import TestSupport
import Testing

/// README: "The job table in ten lines of SQL". Each statement is a transaction of its own, and
/// only `wait_for` waits.
@Suite("README's SQL, sent as it is written", .timeLimit(.minutes(15)))
struct ReadmeSequenceTests {
    private static let orders = "create table public.orders (id integer, total numeric(10, 2))"

    @Test(arguments: [1, 3])
    func `is applied whole, however many loops of workers share its commands`(
        workers: Int
    ) async throws {
        try await Scene.with(tables: Self.orders) { scene in
            for number in 1...workers {
                _ = try scene.start("worker-\(number)", arguments: ["--command-concurrency", "2"])
            }
            let sequence = try ReadmeSequence()
            #expect(sequence.statements.count == 8)

            for number in 1...25 {
                let statements = sequence.named(
                    number, credential: "test_source", folder: try scene.place(number))
                try await scene.send(statements)
            }

            // By a name, so that a failure shows what it is.
            let notApplied = try await scene.notApplied()
            #expect(notApplied == [])
            #expect(try await scene.queue.number("select count(*) from ferry.runs") == 25)
        }
    }

    @Test(arguments: [1, 3])
    func `is applied whole when its first command has to be retried`(
        workers: Int
    ) async throws {
        try await Scene.with(tables: Self.orders) { scene in
            for number in 1...workers {
                _ = try scene.start("worker-\(number)", arguments: ["--command-concurrency", "2"])
            }
            try scene.give("source", "host=127.0.0.1 port=1 connect_timeout=1")
            let statements = try ReadmeSequence().named(
                1, credential: "source", folder: try scene.place(1))
            let isWaiting = { (statement: String) in statement.contains("ferry.wait_for") }

            let beforeWaiting = Array(statements.prefix { !isWaiting($0) })
            let run = try await scene.send(beforeWaiting)
            try await eventually(within: .seconds(60), "a command is tried again") {
                try await scene.queue.number(
                    "select count(*) from ferry.command_status where state = 'retrying'") > 0
            }
            try scene.give("source", scene.sourceURL)
            try await scene.send(Array(statements.drop { !isWaiting($0) }), run: run)

            // By a name, so that a failure shows what it is.
            let notApplied = try await scene.notApplied()
            #expect(notApplied == [])
            #expect(try await scene.queue.number("select count(*) from ferry.runs") == 1)
        }
    }
}

extension Scene {
    /// The folder of one destination; it exists.
    fileprivate func place(_ number: Int) throws -> String {
        try FileManager.default.createDirectory(
            atPath: "\(destination)/\(number)", withIntermediateDirectories: true)
        return destination
    }

    /// Sends each statement in a transaction of its own.
    ///
    /// - Parameter run: The id that `wait_for` waits for, when the run was started before.
    /// - Returns: The id that the last statement with one returned.
    @discardableResult
    fileprivate func send(_ statements: [String], run: Int64 = 0) async throws -> Int64 {
        var run = run
        for statement in statements {
            if statement.contains("ferry.wait_for") {
                do {
                    try await queue.run(
                        statement.replacing(/wait_for\(7\b/, with: "wait_for(\(run)"))
                } catch let error as PostgresError
                    where ["FY010", "FY011"].contains(error.sqlState)
                {
                    // How each command ended, and that it does, is looked at in the end.
                }
                continue
            }
            let rows = try await queue.query(statement)
            if statement.hasPrefix("select ferry.") { run = try rows[0][0].int64() }
        }
        return run
    }

    /// Waits until all commands have ended; returns those that were not applied.
    fileprivate func notApplied() async throws -> [String] {
        try await eventually(within: .seconds(120), "all commands end") {
            try await queue.number(
                "select count(*) from ferry.command_status where finished_at is null") == 0
        }
        return try await queue.texts(
            """
            select format('%s × %s %s: %s', count(*), command, error_code, min(message))
              from ferry.command_status where state <> 'applied'
             group by command, error_code order by 1
            """)
    }
}
