import Foundation
import Migrations
import Postgres
import PrivateServer
import TestSupport
import Testing
import Watching

@Suite("The feed of a database whose history changes", .timeLimit(.minutes(15)))
struct ChangedHistoryTests {
    /// What the feed gives until it has given this event; "resync" for a resync.
    private func names(_ feed: EventFeed, until last: String) async throws -> [String] {
        var names: [String] = []
        try await eventually("the feed gives \(last), after \(names)") {
            switch try await feed.next(within: .milliseconds(100)) {
            case .resync: names.append("resync")
            case .events(let events): names += events.map(\.event.event)
            }
            return names.contains(last)
        }
        return names
    }

    private func stored(_ connection: Connection) async throws -> [String] {
        try await connection.query("select event from ferry.events order by id")
            .map { try $0[0].string() }
    }

    @Test func `says so after a crash that lost events, and gives each new one`() async throws {
        // A crash loses what was committed since the last ten seconds.
        let server = try await PrivateServer.start(settings: ["wal_writer_delay": "10s"])
        let options = ConnectionOptions(server.url(database: "postgres"))
        var writer = try await Connection.connect(options)
        _ = try await Migrator(writer).migrate()
        let feed = EventFeed(options)
        _ = try await feed.open()
        try await writer.run("set synchronous_commit = on")
        try await writer.record("kept")
        try await writer.run("set synchronous_commit = off")
        for number in 1...20 { try await writer.record("lost \(number)") }
        let before = try await names(feed, until: "lost 20")

        try await server.restart()
        writer = try await Connection.connect(options)
        let survivors = try await stored(writer)
        try await writer.record("new 1")
        try await writer.record("new 2")
        let after = try await names(feed, until: "new 2")

        #expect(before.count == 21)
        #expect(survivors.first == "kept")
        #expect(after == ["resync", "new 1", "new 2"])
        await feed.close()
        await server.stop()
    }

    @Test func `gives what a promoted standby has, and what it alone has`() async throws {
        let primary = try await PrivateServer.start()
        var writer = try await Connection.connect(
            ConnectionOptions(primary.url(database: "postgres")))
        _ = try await Migrator(writer).migrate()
        try await writer.record("both")
        let standby = try await PrivateServer.startStandby(of: primary)
        let url =
            "host=\(primary.host),\(standby.host) port=\(primary.port),\(standby.port) "
            + "dbname=postgres user=ferry target_session_attrs=read-write"
        let feed = EventFeed(ConnectionOptions(url))
        let start = try await feed.open()
        var other = try await Connection.connect(
            ConnectionOptions(standby.url(database: "postgres")))

        // The standby is cut off while the primary goes on.
        try await other.run("alter system set primary_conninfo = ''")
        try await other.run("select pg_reload_conf()")
        try await eventually("the standby is cut off") {
            try await writer.query("select from pg_stat_replication").isEmpty
        }
        for number in 1...30 { try await writer.record("lost \(number)") }
        let lost = try await names(feed, until: "lost 30")
        await primary.kill()
        try await other.run("select pg_promote()")
        await other.close()
        other = try await Connection.connect(
            ConnectionOptions(standby.url(database: "postgres")))
        for number in 1...5 { try await other.record("new \(number)") }
        let new = try await names(feed, until: "new 5")

        #expect(lost.count == 30)
        #expect(new == ["resync"] + (1...5).map { "new \($0)" })
        let resumed = EventFeed(ConnectionOptions(url), after: start)
        _ = try await resumed.open()
        #expect(try await names(resumed, until: "new 5") == new)
        writer = other
        try await writer.record("later")
        #expect(try await names(resumed, until: "later") == ["later"])
        await feed.close()
        await resumed.close()
        await primary.stop()
        await standby.stop()
    }

    @Test func `gives no old event of a dump that was restored as new`() async throws {
        let old = try await PrivateServer.start()
        let young = try await PrivateServer.start()
        var writer = try await Connection.connect(
            ConnectionOptions(old.url(database: "postgres")))
        _ = try await Migrator(writer).migrate()
        try await writer.burnTransactions(3000)
        try await writer.record("seen")
        let first = EventFeed(ConnectionOptions(old.url(database: "postgres")))
        let cursor = try await first.open()
        try await writer.record("unseen")
        try await writer.run("select ferry.create_data_export('x')")
        let token = try await writer.number("select nextval('ferry_state.tokens')")
        await first.close()

        try await Self.copy("postgres", from: old, to: young)
        let options = ConnectionOptions(young.url(database: "postgres"))
        writer = try await Connection.connect(options)
        let feed = EventFeed(options)
        _ = try await feed.open()
        let report = try await Migrator(writer).migrate()
        let next = try await writer.number("select pg_snapshot_xmax(pg_current_snapshot())::text")
        #expect(next < 3000)
        try await writer.record("new 1")
        // Until the counter has passed what the old cluster had.
        try await writer.burnTransactions(4000)
        try await writer.record("new 2")

        #expect(report == Migrator.Report(epoch: 2))
        #expect(try await names(feed, until: "new 2") == ["new 1", "new 2"])
        let resumed = EventFeed(options, after: cursor)
        _ = try await resumed.open()
        #expect(
            try await names(resumed, until: "new 2") == ["resync", "unseen", "new 1", "new 2"])
        #expect(try await Migrator(writer).migrate() == Migrator.Report())
        #expect(
            try await writer.number(
                """
                select count(*) from ferry_state.command_queue
                 where xact < pg_snapshot_xmax(pg_current_snapshot())
                """) == 1)
        #expect(try await writer.number("select nextval('ferry_state.tokens')") > token + 1000)
        for feed in [feed, resumed] { await feed.close() }
        for server in [old, young] { await server.stop() }
    }

    @Test func `continues in an epoch that begins meanwhile, and refuses cursors of unknown ones`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let writer = try await database.connect()
            try await writer.record("before")
            let feed = EventFeed(database.options())
            let start = try await feed.open()
            try await writer.run("select ferry_state.begin_epoch(p_anyway => true)")
            // A cursor of a history that is not here any more.
            let elsewhere = try Cursor("7-abcdef~\(start.description.split(separator: "~")[1])")

            try await writer.record("after")

            #expect(try await names(feed, until: "after") == ["resync", "after"])
            let refused = EventFeed(database.options(), after: elsewhere)
            await #expect(throws: FeedError.cursorFromElsewhere) { try await refused.open() }
            await feed.close()
            await refused.close()
        }
    }

    /// As `pg_dump | psql` does.
    private static func copy(
        _ database: String, from old: PrivateServer, to new: PrivateServer
    ) async throws {
        let roles = try await Connection.connect(
            ConnectionOptions(new.url(database: database)))
        for role in ["ferry_client", "ferry_viewer", "ferry_worker"] {
            try await roles.run("create role \(role) nologin")
        }
        await roles.close()
        let dump = Process()
        let restore = Process()
        let pipe = Pipe()
        dump.executableURL = URL(filePath: old.path(ofClient: "pg_dump"))
        dump.arguments = ["-d", old.url(database: database)]
        dump.standardOutput = pipe
        restore.executableURL = URL(filePath: new.path(ofClient: "psql"))
        restore.arguments = [
            "-q", "-v", "ON_ERROR_STOP=1", "-d", new.url(database: database),
        ]
        restore.standardInput = pipe
        restore.standardOutput = FileHandle.nullDevice
        try dump.run()
        try restore.run()
        try pipe.fileHandleForWriting.close()
        try await eventually("the dump is restored") {
            !dump.isRunning && !restore.isRunning
        }
        #expect(dump.terminationStatus == 0)
        #expect(restore.terminationStatus == 0)
    }
}

extension Connection {
    fileprivate func number(_ sql: String) async throws -> Int { try await query(sql)[0][0].int() }

    /// Uses so many transaction ids.
    fileprivate func burnTransactions(_ count: Int) async throws {
        try await run(
            """
            do $$ begin
                for i in 1..\(count) loop
                    perform pg_current_xact_id();
                    commit;
                end loop;
            end; $$
            """)
    }
}
