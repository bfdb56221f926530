import Postgres
import TestSupport
import Testing

@Suite("A COPY that is fed", .timeLimit(.minutes(15)))
struct CopyFeedTests {
    @Test func `stores what it was given, cut anywhere, within a transaction`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("begin; create table t (n int, x text)")

            let feed = try await connection.feed("copy t from stdin")
            try await feed.write(Array("1\ta\n2".utf8))
            try await feed.write([])
            try await feed.write(Array("\tb\n".utf8))

            #expect(try await feed.finish() == 2)
            try await connection.run("commit")
            let rows = try await connection.query("select n || x from t order by n")
            #expect(try rows.map { try $0[0].string() } == ["1a", "2b"])
        }
    }

    @Test func `stores nothing when it is abandoned, and frees the connection`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("create table t (n int)")
            let feed = try await connection.feed("copy t from stdin")
            try await feed.write(Array("1\n".utf8))
            await #expect(throws: PostgresError.self) { try await connection.query("select 1") }

            await feed.abandon()
            await feed.abandon()

            #expect(try await connection.query("select * from t").isEmpty)
            let error = await #expect(throws: PostgresError.self) { try await feed.write([65]) }
            #expect(error == .misuse("the COPY is over: start another one"))
        }
    }

    @Test func `reports the server's error when it ends`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("create table t (n int)")
            let feed = try await connection.feed("copy t from stdin")
            try await feed.write(Array("1\nx\n".utf8))

            let error = await #expect(throws: PostgresError.self) { try await feed.finish() }

            #expect(error?.sqlState == "22P02")
            #expect(try await connection.query("select * from t").isEmpty)
        }
    }

    @Test func `ends when its task is cancelled`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            try await connection.run("create table t (n int)")
            let task = Task {
                let feed = try await connection.feed("copy t from stdin")
                try await feed.write(Array("1\n".utf8))
                withUnsafeCurrentTask { $0?.cancel() }
                return try await feed.finish()
            }

            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await connection.query("select * from t").isEmpty)
        }
    }

    @Test func `is refused where the statement is none`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            await #expect(throws: PostgresError.self) {
                try await connection.feed("copy (select 1) to stdout")
            }
            #expect(try await connection.query("select 1").count == 1)
        }
    }
}
