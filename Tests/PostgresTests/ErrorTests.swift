import Postgres
import TestSupport
import Testing

@Suite("An error of the server", .timeLimit(.minutes(15)))
struct ErrorTests {
    @Test func `carries what the server said`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run(
                "CREATE TABLE t (n int CONSTRAINT n_is_positive CHECK (n > 0))")

            let error = await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO t VALUES ($1)", [-1])
            }

            guard case .server(let refusal)? = error else { throw Unexpected(error) }
            #expect(refusal.sqlState == "23514")
            #expect(refusal.severity == "ERROR")
            #expect(refusal.constraint == "n_is_positive")
            #expect(refusal.table == "t")
            #expect(refusal.schema == "public")
            #expect(refusal.detail?.contains("-1") == true)
            #expect(!refusal.description.contains("-1"), "row values stay out of what is shown")
            #expect(error?.isTransient == false)
        }
    }

    @Test func `carries the hint of a function`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let error = await #expect(throws: PostgresError.self) {
                try await connection.run(
                    """
                    DO $$ BEGIN RAISE EXCEPTION USING errcode = 'QE001', message = 'no such export',
                        detail = 'd', hint = 'create it first'; END $$
                    """)
            }

            #expect(error?.sqlState == "QE001")
            #expect(
                error?.description
                    == "no such export (SQLSTATE QE001). Hint: create it first")
        }
    }

    @Test func `leaves the connection usable`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            await #expect(throws: PostgresError.self) { try await connection.query("SELEC 1") }
            await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1/0") }

            #expect(try await connection.query("SELECT 1/1").count == 1)
        }
    }
}

struct Unexpected: Error {
    let value: (any Error)?

    init(_ value: (any Error)?) { self.value = value }
}
