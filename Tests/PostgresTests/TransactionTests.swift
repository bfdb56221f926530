import Locks
import Postgres
import TestSupport
import Testing

@Suite("A transaction", .timeLimit(.minutes(15)))
struct TransactionTests {
    struct Stop: Error {}

    private func count(_ connection: Connection) async throws -> Int {
        try await connection.query("SELECT count(*) FROM t")[0][0].int()
    }

    @Test func `commits what its body did and returns its value`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")
            let seen = Locked(0)

            let inserted = try await connection.transaction { connection in
                seen.withLock { $0 += 1 }
                return try await connection.execute("INSERT INTO t VALUES ($1), (2)", [1])
            }

            #expect(inserted == 2)
            #expect(seen.withLock { $0 } == 1)
            #expect(try await count(connection) == 2)
            #expect(!(await connection.isInTransactionBlock))
        }
    }

    @Test func `rolls back when its body throws`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")

            await #expect(throws: Stop.self) {
                try await connection.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    throw Stop()
                }
            }

            #expect(try await count(connection) == 0)
        }
    }

    @Test func `throws when its body swallowed an error`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    _ = try? await connection.query("SELECT 1/0")
                }
            }

            #expect(error?.sqlState == "25P02")
            #expect(try await count(connection) == 0)
        }
    }

    @Test func `throws the error of its commit`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run(
                "CREATE TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1), (1)")
                }
            }

            #expect(error?.sqlState == "23505")
            #expect(try await count(connection) == 0)
        }
    }

    @Test func `rolls back when its task is cancelled, even between statements`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")

            let task = Task {
                try await connection.transaction { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }

            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await count(connection) == 0)
        }
    }

    @Test func `of kind snapshot reads one snapshot and writes nothing`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let other = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")

            let counts = try await connection.transaction(.snapshot) { connection in
                let query = "SELECT count(*) FROM t"
                let before = try await connection.query(query)[0][0].int()
                try await other.execute("INSERT INTO t VALUES (1)")
                return [before, try await connection.query(query)[0][0].int()]
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction(.snapshot) { connection in
                    try await connection.execute("INSERT INTO t VALUES (1)")
                }
            }

            #expect(counts == [0, 0])
            #expect(error?.sqlState == "25006")
        }
    }

    @Test func `refuses another one inside`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()

            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { connection in
                    try await connection.transaction { _ in }
                }
            }

            #expect(error?.description.contains("is open") == true)
            try await connection.transaction { _ in }
        }
    }
}

@Suite("A pipeline", .timeLimit(.minutes(15)))
struct PipelineTests {
    @Test func `returns the rows of each statement`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let square = "SELECT $1::int * $1::int"

            let results = try await connection.pipeline(
                [
                    Statement("CREATE TABLE t (n int)"), Statement(square, [3]),
                    Statement(square, [4]),
                ]
            )
            let again = try await connection.pipeline(
                (1...1000).map { Statement("INSERT INTO t VALUES ($1)", [.int($0)]) })

            #expect(try results.dropFirst().map { try $0[0][0].int() } == [9, 16])
            #expect(again.count == 1000)
            #expect(try await connection.pipeline([]).isEmpty)
            #expect(try await connection.query("SELECT sum(n) FROM t")[0][0].int() == 500_500)
        }
    }

    @Test func `stops at the first error and undoes what came before`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("CREATE TABLE t (n int)")
            let insert = "INSERT INTO t VALUES ($1)"

            for _ in 1...2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.pipeline([
                        Statement(insert, [1]), Statement("SELECT 1/$1::int", [0]),
                        Statement("SELECT nonsense"), Statement("SELECT 2"),
                    ])
                }
                #expect(error?.sqlState == "22012")
            }

            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int() == 0)
            #expect(try await connection.query("SELECT 2")[0][0].int() == 2)
            #expect(try await connection.execute(insert, [5]) == 1)
        }
    }

    @Test func `larger than all buffers does not stall`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let text = String(repeating: "x", count: 20_000)

            let results = try await connection.pipeline(
                (1...500).map { _ in Statement("SELECT $1::text", [.text(text)]) })

            #expect(results.count == 500)
            #expect(try results[499][0][0].string() == text)
        }
    }
}
