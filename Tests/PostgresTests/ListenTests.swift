import Postgres
import PrivateServer
import TestSupport
import Testing

@Suite("Listening", .timeLimit(.minutes(15)))
struct ListenTests {
    @Test func `receives notifications, also between statements`() async throws {
        try await TestDatabase.withEmpty { database in
            let listener = try await database.connect()
            let sender = try await database.connect()
            var received = try await listener.listen(["a", "B \"c\""]).makeAsyncIterator()

            try await sender.run("NOTIFY a, 'one'; NOTIFY \"B \"\"c\"\"\"; NOTIFY other")
            let first = try await received.next()
            let second = try await received.next()
            _ = try await listener.query("SELECT 1")
            try await sender.run("NOTIFY a, 'three'")
            _ = try await listener.query("SELECT pg_sleep(0.05)")
            let third = try await received.next()

            #expect(first?.channel == "a")
            #expect(first?.payload == "one")
            #expect(first?.senderProcessID == sender.serverProcessID)
            #expect(second?.channel == "B \"c\"")
            #expect(third?.payload == "three")
        }
    }

    @Test func `drains the socket without a reader and keeps the newest`() async throws {
        try await TestDatabase.withEmpty { database in
            let listener = try await database.connect()
            let sender = try await database.connect()
            let stream = try await listener.listen(["c"])
            let payload = String(repeating: "x", count: 4000)

            // 20 MB: far more than all socket buffers hold.
            for batch in 0..<5 {
                try await sender.execute(
                    "SELECT pg_notify('c', g || $1) FROM generate_series(1, 1000) g",
                    [.text("-\(batch)" + payload)])
            }
            try await sender.run("NOTIFY c, 'last'")
            try await eventually("the server has sent everything") {
                try await sender.query("SELECT pg_notification_queue_usage() = 0")[0][0].bool()
            }

            var count = 0
            for try await notification in stream {
                count += 1
                if notification.payload == "last" { break }
            }
            #expect(count < 1100)
        }
    }

    @Test func `ends with an error when the server restarts`() async throws {
        let server = try await PrivateServer.start()
        let options = ConnectionOptions(server.url(database: "postgres"))
        let listener = try await Connection.connect(options)
        let stream = try await listener.listen(["c"])
        let task = Task { for try await _ in stream {} }

        try await server.restart()

        let error = await #expect(throws: PostgresError.self) { try await task.value }
        guard case .connectionLost? = error else { throw Unexpected(error) }
        #expect(!(await listener.isUsable))
        await server.stop()
    }

    @Test func `ends with an error when its server process is terminated`() async throws {
        try await TestDatabase.withEmpty { database in
            let listener = try await database.connect()
            let other = try await database.connect()
            var received = try await listener.listen(["c"]).makeAsyncIterator()

            try await other.execute(
                "SELECT pg_terminate_backend($1)", [Value(Int(listener.serverProcessID))])

            await #expect(
                throws: PostgresError.connectionLost(
                    "terminating connection due to administrator command")
            ) { try await received.next() }
        }
    }

    @Test func `ends quietly when the connection is closed`() async throws {
        try await TestDatabase.withEmpty { database in
            let listener = try await database.connect()
            var received = try await listener.listen(["c"]).makeAsyncIterator()

            await listener.close()

            #expect(try await received.next() == nil)
        }
    }

    @Test func `stops when its reader stops, and can start again`() async throws {
        try await TestDatabase.withEmpty { database in
            let listener = try await database.connect()
            let stream = try await listener.listen(["c"])
            let reader = Task { for try await _ in stream {} }
            await #expect(throws: PostgresError.self) { _ = try await listener.listen(["d"]) }

            reader.cancel()
            try await reader.value

            try await eventually("the channel is left") {
                try await listener.query("SELECT pg_listening_channels()").isEmpty
            }
            _ = try await listener.listen(["d"])
        }
    }
}

@Suite("A COPY on a connection that listened", .timeLimit(.minutes(15)))
struct CopyAfterListeningTests {
    @Test func `can still be cancelled when the listening ends in the middle of it`() async throws {
        try await TestDatabase.withEmpty { database in
            let connection = try await database.connect()
            let notifications = try await connection.listen(["a"])
            let listening = Task { for try await _ in notifications {} }
            let (steps, step) = AsyncStream.makeStream(of: Void.self)
            let copying = Task {
                try await connection.copyOut(
                    "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 2000000)) TO STDOUT"
                ) { _ in
                    step.yield()
                    await Task.yield()
                }
            }
            for await _ in steps { break }

            listening.cancel()
            _ = try? await listening.value
            // The end of listening is reported in a separate task.
            try await Task.sleep(for: .milliseconds(50))
            copying.cancel()

            await #expect(throws: CancellationError.self) { try await copying.value }
        }
    }
}
