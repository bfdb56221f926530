import Foundation
import Postgres
import TestSupport
import Testing

@Suite("COPY out", .timeLimit(.minutes(15)))
struct CopyOutTests {
    struct Stop: Error {}

    /// Bytes of memory that this process holds; 0 where that is not known.
    private static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return 0
        }
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }

    @Test func `counts a million rows in bounded memory`() async throws {
        try await TestDatabase.withEmpty { database in
            // A process of its own, as the other tests of this one take memory meanwhile.
            await #expect(processExitsWith: .success) { [url = database.url as String] in
                let connection = try await Connection.connect(ConnectionOptions(url))
                var bytes = 0
                var most = 0

                let result = try await connection.copyOut(
                    "COPY (SELECT generate_series(1, 1000000), repeat('x', 300)) TO STDOUT"
                ) { chunk in
                    most = max(most, CopyOutTests.residentBytes())
                    bytes += chunk.count
                    try #require(chunk.withUnsafeBytes { $0.last } == UInt8(ascii: "\n"))
                }

                try #require(result.rows == 1_000_000)
                try #require(result.tagRows == 1_000_000)
                try #require(bytes > 300_000_000)
                try #require(most < 100_000_000)
            }
        }
    }

    @Test func `gives all bytes whatever the size of a chunk and of a row`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let sql = "COPY (SELECT repeat('y', g * 2000) FROM generate_series(0, 60) g) TO STDOUT"
            let expected = (0...60).flatMap {
                Array(repeating: UInt8(ascii: "y"), count: $0 * 2_000) + [10]
            }

            for size in [1, 5000, 1 << 20] {
                var all: [UInt8] = []
                let result = try await connection.copyOut(sql, chunkBytes: size) { all += $0.bytes }
                #expect(all == expected)
                #expect(result.rows == 61)
            }
            let none = try await connection.copyOut("COPY (SELECT 1 WHERE false) TO STDOUT") { _ in
                Issue.record("there are no rows")
            }
            #expect(none.rows == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `gives what has come when it is long and the server pauses`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let holder = try await database.connect()
            _ = try await holder.query("SELECT pg_advisory_lock(1)")
            var rows = 0

            let result = try await connection.copyOut(
                """
                COPY (SELECT repeat('x', 10000), CASE WHEN g > 30 THEN pg_advisory_lock(1) END
                        FROM generate_series(1, 40) AS g) TO STDOUT
                """, chunkBytes: 1
            ) { chunk in
                rows += chunk.rows
                // The server still has the end of the row before it pauses.
                if rows == 29 { _ = try await holder.query("SELECT pg_advisory_unlock(1)") }
            }

            #expect(result.rows == 40)
        }
    }

    @Test func `throws when the server fails halfway`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            var rows = 0

            let error = await #expect(throws: PostgresError.self) {
                _ = try await connection.copyOut(
                    "COPY (SELECT 1 / (100000 - generate_series(1, 1000000))) TO STDOUT"
                ) { rows += $0.rows }
            }

            #expect(error?.sqlState == "22012")
            #expect(rows > 0)
            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }

    @Test func `throws when the server process is terminated halfway`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()
            let process = Value(Int(connection.serverProcessID))
            var rows = 0

            let error = await #expect(throws: PostgresError.self) {
                _ = try await connection.copyOut(
                    "COPY (SELECT repeat('x', 100), generate_series(1, 10000000)) TO STDOUT"
                ) { chunk in
                    if rows == 0 {
                        _ = try await other.query("SELECT pg_terminate_backend($1)", [process])
                    }
                    rows += chunk.rows
                }
            }

            guard case .connectionLost? = error else { throw Unexpected(error) }
            #expect(rows > 0 && rows < 10_000_000)
        }
    }

    @Test func `is canceled on the server when its body throws`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            await #expect(throws: Stop.self) {
                _ = try await connection.copyOut(
                    // More than anybody would wait for.
                    "COPY (SELECT generate_series(1, 1000000000000)) TO STDOUT",
                    chunkBytes: 1000
                ) { _ in throw Stop() }
            }

            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }

    @Test func `is canceled on the server when its task is cancelled`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let task = Task {
                _ = try await connection.copyOut(
                    "COPY (SELECT generate_series(1, 100000000)) TO STDOUT"
                ) { _ in withUnsafeCurrentTask { $0?.cancel() } }
            }

            await #expect(throws: CancellationError.self) { try await task.value }

            #expect(try await connection.query("SELECT 1").count == 1)
        }
    }

    @Test func `refuses other statements meanwhile and what is not a COPY`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")

            _ = try await connection.copyOut("COPY (SELECT 1) TO STDOUT") { _ in
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.query("SELECT 1")
                }
                #expect(error?.description.contains("busy with a COPY") == true)
            }

            for sql in [
                "SELECT 1", "COPY t FROM STDIN", "nonsense", "COPY t TO STDOUT; SELECT 1/0",
            ] {
                await #expect(throws: PostgresError.self) {
                    _ = try await connection.copyOut(sql) { _ in }
                }
                #expect(try await connection.query("SELECT 1").count == 1)
            }
        }
    }

    @Test func `runs inside a transaction on the connection's thread`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let result = try await connection.transaction(.snapshot) { connection in
                try await connection.copyOut("COPY (VALUES (1), (2)) TO STDOUT (FORMAT binary)") {
                    _ in connection.preconditionIsolated()
                }
            }

            #expect(result.rows == 3)
            #expect(result.tagRows == 2)
        }
    }
}

@Suite("COPY in", .timeLimit(.minutes(15)))
struct CopyInTests {
    struct Stop: Error {}

    @Test func `stores what COPY out gave`() async throws {
        try await TestDatabase.withEmpty { database in
            let source = try await database.connect()
            let target = try await database.connect()
            try await source.run(
                """
                CREATE TABLE a AS SELECT g, 'tä\\x' || g AS t FROM generate_series(1, 300000) g;
                CREATE TABLE b (LIKE a)
                """)
            var chunks: [[UInt8]] = []
            _ = try await source.copyOut("COPY a TO STDOUT", chunkBytes: 100_000) {
                chunks.append($0.bytes)
            }

            var remaining = chunks[...]
            let stored = try await target.copyIn("COPY b FROM STDIN") { remaining.popFirst() }

            #expect(stored == 300_000)
            let missing = try await target.query("SELECT FROM a EXCEPT ALL SELECT FROM b")
            #expect(missing.isEmpty)
            #expect(try await target.query("SELECT * FROM a EXCEPT SELECT * FROM b").isEmpty)
        }
    }

    @Test func `stores nothing when its source throws or its task is cancelled`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")
            var asked = 0

            await #expect(throws: Stop.self) {
                try await connection.copyIn("COPY t FROM STDIN") {
                    asked += 1
                    if asked == 3 { throw Stop() }
                    return Array("1\n".utf8)
                }
            }
            let task = Task {
                try await connection.copyIn("COPY t FROM STDIN") {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return Array("1\n".utf8)
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }

            #expect(try await connection.query("SELECT * FROM t").isEmpty)
        }
    }

    @Test func `throws the server's error`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")
            var rest = 200

            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("COPY t FROM STDIN") {
                    rest -= 1
                    return rest > 0 ? Array(repeating: UInt8(ascii: "x"), count: 100_000) : nil
                }
            }

            #expect(error?.sqlState == "22P02")
            #expect(try await connection.query("SELECT * FROM t").isEmpty)
        }
    }
}
