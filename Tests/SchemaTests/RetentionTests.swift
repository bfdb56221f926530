import Migrations
import Postgres
import TestSupport
import Testing

extension Connection {
    /// Records an event as if it were that old.
    fileprivate func record(_ event: String, at time: String) async throws {
        try await execute(
            """
            insert into ferry_state.events (at, environment, event, object_kind, actor)
            values ($1::text::timestamptz, 'production', $2, 'test', 'test')
            """, [.text(time), .text(event)])
    }

    fileprivate func partitions() async throws -> [String] {
        try await query(
            """
            select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
             where inhparent = 'ferry_state.events'::regclass order by 1
            """
        ).map { try $0[0].string() }
    }

    fileprivate func events() async throws -> [String] {
        try await query("select event from ferry.events order by id").map { try $0[0].string() }
    }
}

/// Two months of long ago, with an event each, and one of now.
private func withOldEvents(_ body: (TestDatabase, Connection) async throws -> Void) async throws {
    try await TestDatabase.withSchema { database in
        let owner = try await database.connect()
        for month in ["2025-01-01", "2025-02-01"] {
            try await owner.run("select ferry_state.make_event_partition('\(month)')")
        }
        try await owner.record("january", at: "2025-01-15 12:00Z")
        try await owner.record("february", at: "2025-02-15 12:00Z")
        try await owner.record("now", at: "now")
        try await body(database, owner)
    }
}

@Suite("Partitions of events", .timeLimit(.minutes(15)))
struct EventPartitionTests {
    @Test func `are there for this month and the next three`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let expected = try await owner.query(
                """
                select to_char(date_trunc('month', now() at time zone 'UTC')
                               + make_interval(months => n), '"events_"YYYY_MM')
                  from generate_series(0, 3) as n order by 1
                """
            ).map { try $0[0].string() }

            #expect(try await owner.partitions() == expected)
        }
    }

    /// As when nothing ran for a year: any writer creates them, without owning anything.
    @Test func `are made by the first event that needs one`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let all = try await owner.partitions()
            for name in all { try await owner.run("drop table ferry_state.\(name)") }
            let alice = try await database.connect(as: .alice)
            let worker = try await database.connect(as: .worker)

            let id = try await alice.create("a")[0]
            try await alice.execute("select ferry.cancel_command($1)", [.int(id)])
            _ = try await worker.applyAll()
            #expect(try await owner.events() == ["command_canceled"])
            #expect(try await owner.partitions() == all)

            for name in all { try await owner.run("drop table ferry_state.\(name)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...4 {
                    let worker = try await database.connect(as: .worker)
                    group.addTask {
                        try await worker.execute(
                            """
                            select ferry_state.record_event('production', $1, 'test', null, null,
                                                            null, null)
                            """, [.text("e\(number)")])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await owner.events().count == 4)
            #expect(try await owner.partitions() == all)
            await worker.close()
        }
    }

    /// A look into the past costs a step down an index of each old partition, no more.
    @Test func `cost little when they are old`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                select ferry_state.make_event_partition(m::date)
                  from generate_series('2025-01-01'::date, '2026-06-01', '1 month') as m;
                insert into ferry_state.events (at, environment, event, object_kind, actor)
                select '2025-01-01 00:00Z'::timestamptz + n * interval '1 hour', 'production',
                       'old', 'test', 'test' from generate_series(1, 12000) as n;
                """)
            try await owner.run("analyze ferry_state.events")
            // One in which nothing was running: transactions of other tests are of no interest.
            let seen = try await owner.text(
                """
                select x || ':' || x || ':'
                  from (select pg_snapshot_xmax(pg_current_snapshot())::text as x) as s
                """)
            try await owner.record("new", at: "now")

            // As ferry.events_between reads, under the rights of a reader.
            let viewer = try await database.connect(as: .viewer)
            let plan = try await viewer.query(
                """
                explain (analyze, costs off, timing off, summary off)
                select * from ferry.events
                 where xact >= pg_snapshot_xmin('\(seen)') and id > 0
                   and xact < pg_snapshot_xmax(pg_current_snapshot()) order by id limit 1000
                """
            ).map { try $0[0].string() }
            #expect(!plan.contains { $0.contains("Seq Scan on events_2025") }, "\(plan)")
            #expect(!plan.contains { $0.contains("Rows Removed") }, "\(plan)")
        }
    }
}

@Suite("Pruning", .timeLimit(.minutes(15)))
struct PruningTests {
    private func prune(_ database: TestDatabase, _ days: Int = 100) async throws -> [String] {
        let connection = try await database.connect()
        let pruner = Pruner(connection)
        try await pruner.begin()
        let partitions = try await pruner.partitions(olderThan: days)
        for partition in partitions { try await pruner.prune(partition) }
        await connection.close()
        return partitions.map(\.name)
    }

    @Test func `removes whole months, and of those kept nothing`() async throws {
        try await withOldEvents { database, owner in
            let removed = try await prune(database)

            #expect(removed == ["events_2025_01", "events_2025_02"])
            #expect(try await owner.events() == ["now"])
            #expect(try await owner.partitions().count == 4)
            #expect(try await prune(database) == [])
        }
    }

    @Test func `keeps a month that is not wholly past the limit`() async throws {
        try await withOldEvents { database, owner in
            let days = try await owner.number("select current_date - date '2025-02-10'")
            #expect(try await prune(database, days) == ["events_2025_01"])
            #expect(try await owner.events() == ["february", "now"])
        }
    }

    @Test func `blocks neither readers nor writers while it waits for a long one`() async throws {
        try await withOldEvents { database, owner in
            let reader = try await database.connect(as: .viewer)
            try await reader.run("begin isolation level repeatable read")
            #expect(try await reader.events().count == 3)
            let connection = try await database.connect()
            let pruner = Pruner(connection)
            try await pruner.begin()
            let partition = try await pruner.partitions(olderThan: 100)[0]

            let pruning = Task { try await pruner.prune(partition) }
            try await eventually("the pruning waits") {
                try await owner.sees(waiting: connection)
            }
            // Others neither wait nor miss anything.
            let worker = try await database.connect(as: .worker)
            try await worker.run("set statement_timeout = '5s'")
            try await worker.execute(
                """
                select ferry_state.record_event('production', 'written', 'test', null, null, null,
                                                null)
                """)
            let alice = try await database.connect(as: .alice)
            try await alice.run("set statement_timeout = '5s'")
            try await alice.create("a")
            #expect(try await worker.applyAll().count == 1)
            let viewer = try await database.connect(as: .viewer)
            try await viewer.run("set statement_timeout = '5s'")
            #expect(try await viewer.events() == ["february", "now", "written"])
            // It sees what it saw.
            #expect(try await reader.events().count == 3)

            try await reader.run("commit")
            try await pruning.value
            #expect(try await owner.partitions().first == "events_2025_02")
        }
    }

    @Test func `finishes what another one was broken off at`() async throws {
        try await withOldEvents { database, owner in
            let reader = try await database.connect(as: .viewer)
            try await reader.run("begin isolation level repeatable read")
            _ = try await reader.events()
            let connection = try await database.connect()
            let pruner = Pruner(connection)
            try await pruner.begin()
            let partition = try await pruner.partitions(olderThan: 100)[0]
            let pruning = Task { try await pruner.prune(partition) }
            try await eventually("the pruning waits") {
                try await owner.sees(waiting: connection)
            }

            try await owner.execute(
                "select pg_terminate_backend($1)", [.int(Int64(connection.serverProcessID))])
            await #expect(throws: PostgresError.self) { try await pruning.value }
            try await reader.run("commit")

            let pending = "select count(*) from pg_inherits where inhdetachpending"
            #expect(try await owner.number(pending) == 1)
            #expect(try await prune(database) == ["events_2025_01", "events_2025_02"])
            #expect(try await owner.partitions().count == 4)
        }
    }

    @Test func `drops what was detached before`() async throws {
        try await withOldEvents { database, owner in
            try await owner.run(
                "alter table ferry_state.events detach partition ferry_state.events_2025_01")

            #expect(try await prune(database) == ["events_2025_01", "events_2025_02"])
            #expect(
                try await owner.number(
                    "select count(*) from pg_class where relname ~ '^events_2025_..$'") == 0)
        }
    }

    @Test func `is for the owner of the schema, and one at a time`() async throws {
        try await withOldEvents { database, _ in
            let worker = Pruner(try await database.connect(as: .worker))
            let first = Pruner(try await database.connect())
            let second = Pruner(try await database.connect())

            await #expect(throws: PrunerError.notOwner("ferry")) { try await worker.begin() }
            try await first.begin()
            await #expect(throws: PrunerError.anotherOne) { try await second.begin() }
        }
    }

    @Test func `is reported to a reader that has not seen the removed events`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let viewer = try await database.connect(as: .viewer)
            try await owner.run("select ferry_state.make_event_partition('2025-01-01')")
            let before = try await owner.text("select pg_current_snapshot()::text")
            try await owner.record("january", at: "2025-01-15 12:00Z")
            let after = try await owner.text("select pg_current_snapshot()::text")
            let read =
                "select from ferry.events_between($1::text::pg_snapshot, "
                + "pg_current_snapshot())"
            #expect(try await refusal(viewer, read, [.text(before)]) == nil)

            _ = try await prune(database)

            let error = try await refusal(viewer, read, [.text(before)])
            #expect(error?.sqlState == "FY014")
            #expect(
                error?.message == "events before 2025-02-01 were pruned, "
                    + "including some after this position in the feed")
            #expect(try await refusal(viewer, read, [.text(after)]) == nil)
        }
    }
}
