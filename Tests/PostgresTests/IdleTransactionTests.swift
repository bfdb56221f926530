import Postgres
import TestSupport
import Testing

@Suite("A transaction with a limit to its idleness", .timeLimit(.minutes(15)))
struct IdleTransactionTests {
    private func connect(to database: TestDatabase, limit: Duration) async throws -> Connection {
        var options = ConnectionOptions(database.url)
        options.transactionIdleLimit = limit
        return try await Connection.connect(options)
    }

    @Test func `is rolled back by the server when its client is silent for longer`() async throws {
        try await TestDatabase.withEmpty { database in
            let other = try await database.connect()
            let silent = try await connect(to: database, limit: .milliseconds(200))
            let error = await #expect(throws: PostgresError.self) {
                try await silent.transaction { connection in
                    try await connection.run("CREATE TABLE t (n int)")
                    try await eventually("the server ends the session") {
                        try await other.query(
                            "SELECT FROM pg_stat_activity WHERE pid = $1",
                            [Value(Int(connection.serverProcessID))]
                        ).isEmpty
                    }
                    try await connection.run("INSERT INTO t VALUES (1)")
                }
            }
            #expect(error?.isTransient == true)
            #expect(error?.description.contains("idle-in-transaction timeout") == true)
            #expect(try await other.query("SELECT to_regclass('t')")[0][0].isNull)
        }
    }

    @Test func `ends the limit with it`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await connect(to: database, limit: .seconds(7))
            let show = "SHOW idle_in_transaction_session_timeout"

            let inside = try await connection.transaction {
                try await $0.query(show)[0][0].string()
            }

            #expect(inside == "7s")
            #expect(try await connection.query(show)[0][0].string() == "0")
        }
    }
}
