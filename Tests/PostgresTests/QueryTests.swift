import Postgres
import TestSupport
import Testing

@Suite("A query", .timeLimit(.minutes(15)))
struct QueryTests {
    @Test func `returns its rows`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let rows = try await connection.query(
                "SELECT g AS n, 'x' || g AS t FROM generate_series(1, 3) g")

            #expect(try rows.map { try $0["n"].int() } == [1, 2, 3])
            #expect(try rows[2]["t"].string() == "x3")
            #expect(rows.columns == ["n", "t"])
            #expect(try await connection.execute("SELECT 1 WHERE false") == 0)
        }
    }

    @Test func `names the column that is not there or not of the type`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let row = try await connection.query("SELECT 'secret' AS a, NULL AS b")[0]

            #expect(!row["c"].isNull)
            #expect(
                throws: PostgresError.decoding(
                    "there is no column \"c\"; the columns are: a, b")
            ) { try row["c"].string() }
            #expect(throws: PostgresError.decoding("column \"a\" is not an integer")) {
                try row["a"].int()
            }
            #expect(
                throws: PostgresError.decoding("column \"b\" is NULL where a text is expected")
            ) { try row["b"].string() }
            #expect(throws: PostgresError.self) { try row[2].string() }
        }
    }

    @Test func `is prepared once, and again after the schema changed`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()
            try await connection.run("CREATE TABLE t AS SELECT 1 AS n")
            for _ in 1...3 { _ = try await connection.query("SELECT * FROM t") }
            let prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%t'"
            #expect(try await connection.query(prepared)[0][0].int() == 1)

            try await other.run("ALTER TABLE t ADD m text DEFAULT 'new'")

            #expect(try await connection.query("SELECT * FROM t")[0]["m"].string() == "new")
            try await connection.run("DEALLOCATE ALL")
            #expect(try await connection.query("SELECT * FROM t").count == 1)
            let batch = [Statement("SELECT * FROM t"), Statement("SELECT 1")]
            try await connection.run("DEALLOCATE ALL")
            #expect(try await connection.pipeline(batch).count == 2)
        }
    }

    @Test func `of many different texts does not pile up on the server`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            for number in 1...600 { _ = try await connection.query("SELECT \(number)") }

            let rows = try await connection.query("SELECT count(*) FROM pg_prepared_statements")
            #expect(try rows[0][0].int() <= 256)
        }
    }

    @Test func `that is a COPY is refused and leaves the connection usable`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")

            for sql in ["COPY t FROM STDIN", "COPY (SELECT generate_series(1, 100000)) TO STDOUT"] {
                await #expect(throws: PostgresError.self) { try await connection.query(sql) }
                await #expect(throws: PostgresError.self) { try await connection.run(sql) }
            }

            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }

    @Test func `hands notices to the handler`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let (stream, continuation) = AsyncStream.makeStream(of: Notice.self)
            await connection.onNotice { continuation.yield($0) }

            try await connection.run("DO $$ BEGIN RAISE WARNING 'careful %', 1; END $$")

            let notice = try #require(await stream.first { _ in true })
            #expect(notice.message == "careful 1")
            #expect(notice.severity == "WARNING")
        }
    }
}
