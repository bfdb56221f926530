import Postgres
import PrivateServer
import TestSupport
import Testing
import Watching

@Suite("The feed of events", .timeLimit(.minutes(15)))
struct EventFeedTests {
    @Test func `gives an event as soon as it is notified`() async throws {
        try await TestDatabase.withSchema { database in
            let writer = try await database.connect()
            let feed = EventFeed(database.options(), pollInterval: .seconds(300))
            _ = try await feed.open()

            try await writer.record("first")
            let items = try await read(1, from: feed)

            #expect(items.map(\.event.event) == ["first"])
            #expect(items[0].event.objectName == "Daily customers")
            #expect(items[0].event.actor == "ferry")
            await feed.close()
        }
    }

    @Test func `finds an event whose notification was lost`() async throws {
        try await TestDatabase.withSchema { database in
            let writer = try await database.connect()
            let feed = EventFeed(database.options(), pollInterval: .milliseconds(50))
            _ = try await feed.open()

            try await writer.run(
                """
                insert into ferry_state.events (environment, event, object_kind, actor)
                values ('production', 'silent', 'worker', 'ferry')
                """)

            #expect(try await read(1, from: feed).map(\.event.event) == ["silent"])
            await feed.close()
        }
    }

    @Test func `gives what a slow transaction commits after later ones`() async throws {
        try await TestDatabase.withSchema { database in
            let slow = try await database.connect()
            let quick = try await database.connect()
            // Begins the epoch, which is one transaction's at a time.
            try await quick.record("first")
            let feed = EventFeed(database.options())
            _ = try await feed.open()

            try await slow.run("begin")
            try await slow.record("slow")
            try await quick.record("quick")
            let first = try await read(1, from: feed)
            try await slow.run("commit")
            let second = try await read(1, from: feed)

            #expect(first.map(\.event.event) == ["quick"])
            #expect(second.map(\.event.event) == ["slow"])
            #expect(second[0].event.id < first[0].event.id)
            #expect(try await rest(of: feed).isEmpty)
            await feed.close()
        }
    }

    @Test func `continues from any cursor with exactly the rest`() async throws {
        try await TestDatabase.withSchema { database in
            let slow = try await database.connect()
            let quick = try await database.connect()
            try await quick.record("first")
            let feed = EventFeed(database.options(), pageSize: 4)
            let start = try await feed.open()
            try await slow.run("begin")
            try await slow.record("slow")
            for number in 0..<9 { try await quick.record("a\(number)") }
            var items = try await read(9, from: feed)
            for number in 0..<6 { try await quick.record("b\(number)") }
            try await slow.run("commit")
            items += try await read(7, from: feed)
            await feed.close()

            for (index, cursor) in ([start] + items.map(\.cursor)).enumerated() {
                let cursor = try Cursor(cursor.description)
                let resumed = EventFeed(database.options(), after: cursor, pageSize: 4)
                _ = try await resumed.open()
                let given = try await rest(of: resumed).map(\.event.id)
                // A turn of its own may put the late one elsewhere among what is left.
                #expect(given.count == items.count - index)
                #expect(Set(given) == Set(items[index...].map(\.event.id)))
                await resumed.close()
            }
        }
    }

    @Test func `refuses a cursor of another server, and one that is ahead of this one`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            try await database.connect().record("something")
            let feed = EventFeed(database.options())
            let here = try await feed.open().epoch
            await feed.close()

            for epoch in ["1-abc", "9-", "\(here)"] {
                let feed = EventFeed(
                    database.options(),
                    after: try Cursor("\(epoch)~999999999999:999999999999:"))
                await #expect(throws: FeedError.cursorFromElsewhere) { try await feed.open() }
                await feed.close()
            }
        }
    }

    @Test func `says so when the role may not read events`() async throws {
        try await TestDatabase.withSchema { database in
            let url = try await TestServer.shared.url(
                database: database.name, user: TestRole.outsider.rawValue)
            let feed = EventFeed(ConnectionOptions(url))
            let error = await #expect(throws: PostgresError.self) {
                _ = try await feed.open()
                _ = try await feed.next(within: .seconds(60))
            }
            #expect(error?.sqlState == "42501")
            await feed.close()
        }
    }
}

@Suite("A cursor", .timeLimit(.minutes(15)))
struct CursorTests {
    @Test(arguments: ["0-~10:10:", "1-a1~10:12:10,11", "7-0f~10:12:10~10:20:15,16~42"])
    func `is the same after it was written down`(text: String) throws {
        #expect(try Cursor(text).description == text)
    }

    @Test(arguments: [
        "", "42", "10:12:", "1-a~10:9:", "1-a~0:1:", "1-a~10:12:x", "1-a~10:12:10~",
        "1-a~10:12:~10:12:~-1", "1-a~10:12:~10:12:~", "1-a~10:12:10~10:20:~1~2",
        "1-a~10:12:'; drop table x; --", "-1-a~10:12:", "1~10:12:", "1-x;~10:12:",
    ])
    func `is refused when it is none`(text: String) {
        #expect(throws: FeedError.invalidCursor) { try Cursor(text) }
    }
}
