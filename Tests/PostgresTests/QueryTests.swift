import Postgres
import TestSupport
import Testing

@Suite("A query")
struct QueryTests {
    @Test func `returns its rows`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let rows = try await connection.query(
                "SELECT g AS n, 'x' || g AS t FROM generate_series(1, 3) g")

            #expect(try rows.map { try $0["n"].int() } == [1, 2, 3])
            #expect(try rows[2]["t"].string() == "x3")
            #expect(rows.columns == ["n", "t"])
        }
    }

    @Test func `commits and rolls back with its transaction`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")
            var local = 1

            let sum = try await connection.transaction { connection in
                try await connection.execute("INSERT INTO t VALUES ($1)", [1])
                return try await connection.query("SELECT sum(n) FROM t")[0][0].int()
            }
            local += sum

            #expect(local == 2)
        }
    }
}
