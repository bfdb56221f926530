import Foundation
import Postgres
import TestSupport
import Testing

@Suite("A large row of a COPY out", .timeLimit(.minutes(15)))
struct LargeRowTests {
    @Test func `is a separate chunk, and is kept without the others`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let sizes = [10, 3_000_000, 10, 20, 2_000_000, 1_500_000, 10, 1 << 20]
            let expected = sizes.enumerated().flatMap { index, size in
                Array(repeating: UInt8(ascii: "a") + UInt8(index), count: size) + [10]
            }
            let list = sizes.map(String.init).joined(separator: ",")
            let sql = """
                COPY (SELECT repeat(chr(96 + n::int), s)
                        FROM unnest(array[\(list)]) WITH ORDINALITY AS t (s, n)
                       ORDER BY n) TO STDOUT
                """

            for rowsOfFirstChunk in [0, 1, 2] {
                var (all, kept, rows) = ([UInt8](), [RowBytes](), [Int]())
                let result = try await connection.copyOut(
                    sql, rowsOfFirstChunk: rowsOfFirstChunk
                ) { chunk in
                    all += chunk.bytes
                    let count = chunk.count
                    kept.append(chunk.keep())
                    rows.append(chunk.rows)
                    #expect(chunk.count == count)
                }

                #expect(all == expected)
                #expect(kept.flatMap { $0.withUnsafeBytes { Array($0) } } == expected)
                #expect(rows == [1, 1, 2, 1, 1, 1, 1])
                #expect(result.rows == sizes.count)
                #expect(result.tagRows == sizes.count)
            }
        }
    }

    @Test func `is freed where the COPY is given up before it`() async throws {
        struct Stop: Error {}
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            await #expect(throws: Stop.self) {
                _ = try await connection.copyOut(
                    """
                    COPY (SELECT 'a' UNION ALL SELECT repeat('b', 2000000)
                          UNION ALL SELECT repeat('c', 2000000)) TO STDOUT
                    """
                ) { _ in throw Stop() }
            }

            #expect(try await connection.query("SELECT 1")[0][0].int() == 1)
        }
    }

    /// libpq gathers the row, then gives a copy of it.
    @Test func `takes no memory but that of libpq`() async throws {
        try await TestDatabase.withEmpty { database in
            await #expect(processExitsWith: .success) { [url = database.url as String] in
                let connection = try await Connection.connect(ConnectionOptions(url))
                let before = LargeRowTests.peakBytes()
                var kept: RowBytes?

                _ = try await connection.copyOut(
                    "COPY (SELECT repeat('x', 100000000)) TO STDOUT"
                ) { kept = $0.keep() }

                try #require(kept?.count == 100_000_001)
                try #require(LargeRowTests.peakBytes() - before < 220_000_000)
            }
        }
    }

    /// The most memory that this process ever held; 0 where that is not known.
    static func peakBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return 0 }
        return (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0) * 1024
    }
}
