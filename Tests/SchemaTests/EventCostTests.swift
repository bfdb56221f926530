import Postgres
import TestSupport
import Testing

@Suite("The cost of reading events", .timeLimit(.minutes(15)))
struct EventCostTests {
    private static let events = 20_000

    /// Writes many events in many transactions, and as many old ones before.
    private func write(_ owner: Connection, _ name: String) async throws {
        try await owner.run(
            """
            do $$ begin
                for i in 1..40 loop
                    insert into ferry_state.events (environment, event, object_kind, actor)
                    select 'production', '\(name)', 'test', 'test'
                      from generate_series(1, \(Self.events / 40));
                    commit;
                end loop;
            end; $$
            """)
    }

    /// How many rows of events this session has looked at, all in all.
    private func looked(_ owner: Connection) async throws -> Int {
        try await owner.number(
            """
            select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))
              from pg_stat_xact_all_tables
             where schemaname = 'ferry_state' and relname like 'events_%'
            """)
    }

    private func now(_ owner: Connection) async throws -> String {
        try await owner.text("select now::text from ferry.feed_position()")
    }

    @Test(arguments: [false, true])
    func `grows with what is new, a page at a time`(hasStatistics: Bool) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await write(owner, "old")
            if hasStatistics { try await owner.run("analyze ferry_state.events") }
            let seen = try await now(owner)
            try await write(owner, "new")
            let until = try await now(owner)

            try await owner.run("begin")
            let before = try await looked(owner)
            var last: Int64 = 0
            var found = 0
            while true {
                let rows = try await owner.query(
                    """
                    select id, event from ferry.events_between(
                        $1::text::pg_snapshot, $2::text::pg_snapshot, $3, 500)
                    """, [.text(seen), .text(until), .int(last)])
                guard let id = try rows.last?["id"].int64() else { break }
                #expect(id > last)
                last = id
                found += rows.count
            }

            #expect(found == Self.events)
            // Once for the first of them, once for the last, once to be given; and a row a page.
            #expect(try await looked(owner) - before < 3 * Self.events + 200)
            try await owner.run("commit")
        }
    }

    @Test func `is nothing when nothing is new, however much a long transaction has seen`()
        async throws
    {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let long = try await database.connect()
            try await long.run("begin; select pg_current_xact_id()")
            try await write(owner, "new")
            let seen = try await now(owner)
            let read = """
                select id, event from ferry.events_between(
                    $1::text::pg_snapshot, (select now from ferry.feed_position()))
                """

            try await owner.run("begin")
            let before = try await looked(owner)
            #expect(try await owner.query(read, [.text(seen)]).count == 0)
            #expect(try await looked(owner) - before < 10)
            try await owner.run("commit")

            // And its own events are found when they come.
            try await long.run(
                """
                insert into ferry_state.events (environment, event, object_kind, actor)
                values ('production', 'late', 'test', 'test');
                commit
                """)
            try await owner.run("begin")
            let then = try await looked(owner)
            let late = try await owner.query(read, [.text(seen)])
            #expect(try late.map { try $0["event"].string() } == ["late"])
            #expect(try await looked(owner) - then < 20)
            try await owner.run("commit")
        }
    }
}
