import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A lost connection", .timeLimit(.minutes(15)))
struct LostConnectionTests {
    private func terminate(_ connection: Connection, by other: Connection) async throws {
        let process = Value(Int(connection.serverProcessID))
        _ = try await other.query("SELECT pg_terminate_backend($1, 5000)", [process])
    }

    private func isLost(_ error: (any Error)?) -> Bool {
        if case .connectionLost? = error as? PostgresError { true } else { false }
    }

    @Test func `in the middle of a query is reported by the query`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()
            let task = Task { try await connection.query("SELECT pg_sleep(60)").count }
            try await eventually("the query runs") {
                try await other.query(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = $1",
                    [Value(Int(connection.serverProcessID))]
                ).count == 1
            }

            try await terminate(connection, by: other)

            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(isLost(error))
            #expect(error?.isTransient == true)
            #expect(error?.description.contains("terminating connection") == true)
            #expect(!(await connection.isUsable))
        }
    }

    @Test func `while idle is found by the next call, whichever it is`() async throws {
        try await TestDatabase.withEmpty { database in
            let other = try await database.connect()
            let calls: [(Connection) async throws -> Void] = [
                { _ = try await $0.query("SELECT 1") },
                { try await $0.run("SELECT 1") },
                { _ = try await $0.pipeline([Statement("SELECT 1"), Statement("SELECT 1")]) },
                { try await $0.transaction { _ in } },
                { _ = try await $0.copyOut("COPY (SELECT 1) TO STDOUT") { _ in } },
                { try await $0.copyIn("COPY pg_class FROM STDIN") { nil } },
                { _ = try await $0.listen(["c"]) },
            ]

            for call in calls {
                let connection = try await database.connect()
                _ = try await connection.query("SELECT 1")
                try await terminate(connection, by: other)
                for _ in 1...2 {
                    let error = await #expect(throws: PostgresError.self) {
                        try await call(connection)
                    }
                    #expect(isLost(error), "\(String(describing: error))")
                }
            }
        }
    }

    @Test func `while idle is seen by isUsable`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()
            #expect(await connection.isUsable)

            try await terminate(connection, by: other)

            try await eventually("it is seen") { await !connection.isUsable }
        }
    }

    @Test func `in a transaction is reported by the transaction`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { [self] connection in
                    _ = try await connection.query("SELECT 1")
                    try await terminate(connection, by: other)
                }
            }

            #expect(isLost(error))
        }
    }

    @Test func `that we closed says so`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            await connection.close()
            await connection.close()
            connection.cancel()

            await #expect(throws: PostgresError.connectionLost("it was closed")) {
                try await connection.query("SELECT 1")
            }
            #expect(!(await connection.isUsable))
            #expect(!(await connection.isInTransactionBlock))
        }
    }
}
