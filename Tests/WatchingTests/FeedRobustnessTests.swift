import Locks
import Migrations
import Postgres
import PrivateServer
import TestSupport
import Testing
import Watching

@Suite("The event feed after errors", .timeLimit(.minutes(15)))
struct FeedRobustnessTests {
    @Test func `misses and repeats nothing among concurrent writers and cut connections`()
        async throws
    {
        let writers = 16
        let transactions = 25
        try await TestDatabase.withSchema { database in
            let cuts = Counter()
            let returns = Counter()
            let feed = EventFeed(
                database.options("cut me"), pollInterval: .milliseconds(200), pageSize: 37,
                hooks: EventFeed.Hooks(
                    onDisconnect: { _ in cuts.add() }, onReconnect: { returns.add() }))
            _ = try await feed.open()

            let items = try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        try await write(transactions, as: writer, to: database)
                    }
                }
                let items = try await read(writers * transactions * 2, from: feed)
                try await group.waitForAll()
                return items
            }

            #expect(try await rest(of: feed).isEmpty)
            let stored = try await database.connect().query(
                "select id from ferry.events order by id")
            #expect(try items.map(\.event.id).sorted() == stored.map { try $0[0].int64() })
            for writer in 0..<writers {
                let ids = items.filter { $0.event.objectID == Int64(writer) }.map(\.event.id)
                #expect(ids == ids.sorted(), "the events of one object come in order")
            }
            #expect(cuts.value > 0)
            #expect(returns.value == cuts.value)
            await feed.close()
        }
    }

    /// Two events a transaction, which stays open for a random time.
    private func write(
        _ transactions: Int, as writer: Int, to database: TestDatabase
    ) async throws {
        let connection = try await database.connect()
        for number in 0..<transactions {
            try await connection.transaction { connection in
                for part in 1...2 {
                    try await connection.execute(
                        """
                        select ferry_state.record_event('production', $1, 'data_export', $2,
                                                        'x', null, null)
                        """, ["\(number).\(part)", .int(Int64(writer))])
                }
                try await connection.run("select pg_sleep(random() * 0.02)")
            }
            if writer == 0 && number % 5 == 2 {
                try await connection.run(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                     where application_name = 'cut me' and datname = current_database()
                    """)
            }
        }
        await connection.close()
    }

    @Test func `continues after the server was killed and started again`() async throws {
        // What was committed must survive, as on any server that is meant to keep data.
        let server = try await PrivateServer.start(settings: ["synchronous_commit": "on"])
        let options = ConnectionOptions(server.url(database: "postgres"))
        var writer = try await Connection.connect(options)
        _ = try await Migrator(writer).migrate()
        let failures = Counter()
        let feed = EventFeed(
            options, hooks: EventFeed.Hooks(onDisconnect: { _ in failures.add() }))
        _ = try await feed.open()

        try await writer.record("before")
        let before = try await read(1, from: feed)
        try await writer.record("unread")
        async let waiting = read(2, from: feed, within: .seconds(60))
        try await server.restart()
        writer = try await Connection.connect(options)
        try await writer.record("after")
        let after = try await waiting

        #expect(before.map(\.event.event) == ["before"])
        #expect(after.map(\.event.event) == ["unread", "after"])
        #expect(failures.value == 1)
        await feed.close()
        await server.stop()
    }

    @Test func `shows why it waits while the server is away`() async throws {
        let server = try await PrivateServer.start()
        let options = ConnectionOptions(server.url(database: "postgres"))
        let writer = try await Connection.connect(options)
        _ = try await Migrator(writer).migrate()
        let failures = Counter()
        let feed = EventFeed(
            options, hooks: EventFeed.Hooks(onDisconnect: { _ in failures.add() }))
        _ = try await feed.open()

        await server.kill()
        try await eventually("it says that the server is away") {
            let none = try await feed.next(within: .milliseconds(100))
            #expect(none.events.isEmpty)
            return failures.value > 0
        }

        #expect(failures.value == 1)
        await feed.close()
        await server.stop()
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = Locked(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
