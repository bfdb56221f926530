import Postgres
import TestSupport
import Testing

@Suite("Cancelling", .timeLimit(.minutes(15)))
struct CancellationTests {
    private func isSleeping(_ process: Int32, _ watcher: Connection) async throws -> Bool {
        try await watcher.query(
            "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'",
            [Value(Int(process))]
        ).count == 1
    }

    @Test func `the task of a query cancels it on the server`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let watcher = try await database.connect()
            let process = connection.serverProcessID
            let task = Task { try await connection.query("SELECT pg_sleep(60)") }
            try await eventually("the query runs") { try await isSleeping(process, watcher) }

            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }

            // Before the query's minute was over.
            #expect(ContinuousClock.now - start < .seconds(59))
            #expect(try await !isSleeping(process, watcher))
            #expect(try await connection.query("SELECT 1")[0][0].int() == 1)
        }
    }

    @Test func `at any moment ends the query and never the next one`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            for microseconds in 0..<100 {
                let task = Task { try await connection.query("SELECT pg_sleep(60)") }
                try await Task.sleep(for: .microseconds(microseconds * 30))
                let start = ContinuousClock.now
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(ContinuousClock.now - start < .seconds(59))
                #expect(try await connection.query("SELECT 1")[0][0].int() == 1)
            }
        }
    }

    @Test func `from outside says so, and does nothing to an idle connection`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let watcher = try await database.connect()
            connection.cancel()
            #expect(try await connection.query("SELECT 1")[0][0].int() == 1)
            let process = connection.serverProcessID
            let task = Task { try await connection.run("SELECT pg_sleep(60); SELECT pg_sleep(60)") }
            try await eventually("the script runs") { try await isSleeping(process, watcher) }

            connection.cancel()

            await #expect(throws: PostgresError.canceled) { try await task.value }
        }
    }

    @Test func `a statement timeout is not a cancellation`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("SET statement_timeout = '20ms'")

            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT pg_sleep(60)")
            }

            #expect(error?.sqlState == "57014")
        }
    }

    @Test func `a pipeline stops all of it`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let watcher = try await database.connect()
            let process = connection.serverProcessID
            let sleeps = [Statement](repeating: Statement("SELECT pg_sleep(60)"), count: 5)
            let task = Task { try await connection.pipeline(sleeps).count }
            try await eventually("it runs") { try await isSleeping(process, watcher) }

            task.cancel()

            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }
}
