import Postgres
import TestSupport
import Testing

@Suite("A parameter", .timeLimit(.minutes(15)))
struct ParameterTests {
    @Test func `of each type arrives as it was`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let bytes = (0...255).map(UInt8.init)

            let row = try await connection.query(
                """
                SELECT $1::text AS t, $2::int8 AS i, $3::boolean AS b, $4::float8 AS d,
                       $5::bytea AS y, $6::text AS n, $7::int8 AS least
                """,
                [
                    "Grüße 🐘 'quoted' \\ \"x\"", 42, true, .double(0.1), .bytes(bytes), nil,
                    .int(.min),
                ])[0]

            #expect(try row["t"].string() == "Grüße 🐘 'quoted' \\ \"x\"")
            #expect(try row["i"].int64() == 42)
            #expect(try row["b"].bool())
            #expect(try row["d"].double() == 0.1)
            #expect(try row["y"].bytes() == bytes)
            #expect(row["n"].isNull)
            #expect(try row["n"].optionalString() == nil)
            #expect(try row["least"].int64() == .min)
        }
    }

    @Test(arguments: [Double.infinity, -.infinity, 1e300, -0.0, Double.leastNonzeroMagnitude])
    func `keeps an unusual number`(number: Double) async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let rows = try await connection.query("SELECT $1::float8", [.double(number)])

            #expect(try rows[0][0].double() == number)
        }
    }

    @Test func `can be an array with quotes, NULL and further dimensions`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let texts: [String?] = ["a", "", nil, "NULL", "q\"uo\\te", "{,}", " b ", "🐘"]

            let row = try await connection.query(
                """
                SELECT $1::text[] AS t, $2::int8[] AS i, $3::int[] AS m, $4::bytea[] AS y,
                       $5::text[] AS e
                """,
                [
                    Value(texts), Value([1, 2] as [Int64]), [[1, 2], [3, nil]], [.bytes([0, 255])],
                    [],
                ])[0]

            #expect(try row["t"].array() == texts)
            #expect(try row["i"].array() == ["1", "2"])
            #expect(try row["m"].string() == "{{1,2},{3,NULL}}")
            #expect(try row["y"].array() == ["\\x00ff"])
            #expect(try row["e"].array() == [])
        }
    }

    @Test func `that holds a NUL is refused`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            for work in [
                { try await connection.query("SELECT $1::text", ["a\0b"]) },
                { try await connection.query("SELECT $1::text[]", [Value(["a\0b"])]) },
                { try await connection.query("SELECT 'a\0b'") },
            ] as [() async throws -> Rows] {
                let error = await #expect(throws: PostgresError.self) { try await work() }
                #expect(error?.description.contains("NUL") == true)
            }
            await #expect(throws: PostgresError.self) { try await connection.run("SELECT 1\0; x") }

            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }

    @Test func `too many are refused by name`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let many = [Value](repeating: 1, count: 65_536)

            await #expect(throws: PostgresError.self) {
                try await connection.query("SELECT 1", many)
            }
            await #expect(throws: PostgresError.self) {
                try await connection.pipeline([Statement("SELECT 1"), Statement("SELECT 1", many)])
            }

            #expect(await connection.isUsable)
        }
    }
}

@Suite("Quoting", .timeLimit(.minutes(15)))
struct QuotingTests {
    @Test(arguments: ["plain", "Sp ace", "qu\"o'te", "back\\slash", "Ünï🐘", "a;--", "\u{1b}[31m"])
    func `gives back the name and the text`(text: String) async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("SET standard_conforming_strings = off")

            let rows = try await connection.query(
                "SELECT \(quoteLiteral(text)) AS \(quoteIdentifier(text))")

            #expect(rows.columns == [text])
            #expect(try rows[0][0].string() == text)
        }
    }
}
