import Postgres
import TestSupport
import Testing

@Suite("The events between two snapshots", .timeLimit(.minutes(15)))
struct EventFeedTests {
    private let record =
        "select ferry_state.record_event('production', $1, 'test', null, null, null, null)"

    @Test func `hold every event exactly once, however late it was committed`() async throws {
        try await TestDatabase.withSchema { database in
            let slow = try await database.connect(as: .worker)
            let quick = try await database.connect(as: .worker)
            let viewer = try await database.connect(as: .viewer)
            // Begins the epoch, which is one transaction's at a time.
            try await quick.execute(record, ["zeroth"])
            var seen = try await viewer.text("select pg_current_snapshot()::text")
            var events: [String] = []

            func readOn() async throws {
                let now = try await viewer.text("select pg_current_snapshot()::text")
                events += try await viewer.query(
                    """
                    select event from ferry.events_between($1::text::pg_snapshot,
                                                           $2::text::pg_snapshot)
                    """, [.text(seen), .text(now)]
                ).map { try $0[0].string() }
                seen = now
            }

            try await slow.run("begin")
            try await slow.execute(record, ["slow"])
            try await readOn()
            try await quick.execute(record, ["first"])
            try await readOn()
            try await quick.execute(record, ["second"])
            try await slow.run("commit")
            try await quick.execute(record, ["third"])
            try await readOn()
            try await readOn()

            #expect(events == ["first", "slow", "second", "third"])
        }
    }

    @Test func `continue after an id, a page at a time`() async throws {
        try await TestDatabase.withSchema { database in
            let worker = try await database.connect(as: .worker)
            let seen = try await worker.text("select pg_current_snapshot()::text")
            for number in 1...5 { try await worker.execute(record, [.text("event \(number)")]) }
            let now = try await worker.text("select pg_current_snapshot()::text")

            var pages: [[String]] = []
            var last: Int64 = 0
            repeat {
                let rows = try await worker.query(
                    """
                    select id, event from ferry.events_between($1::text::pg_snapshot,
                        $2::text::pg_snapshot, p_after => $3, p_limit => 2)
                    """, [.text(seen), .text(now), .int(last)])
                pages.append(try rows.map { try $0["event"].string() })
                last = try rows.last?["id"].int64() ?? last
            } while pages.last != []

            #expect(pages == [["event 1", "event 2"], ["event 3", "event 4"], ["event 5"], []])
        }
    }

    @Test func `are those that the reader may see, and those that it caused`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let bob = try await database.connect(as: .bob)
            try await owner.run("insert into ferry_state.environments values ('try out')")
            func seen() async throws -> [String] {
                try await bob.query(
                    "select event from ferry.events_between('3:3:', pg_current_snapshot())"
                ).map { try $0[0].string() }
            }
            for (event, environment, actor) in [
                ("theirs", "production", "alice"), ("his", "production", "test_client_bob"),
                ("elsewhere", "try out", "alice"),
            ] {
                try await owner.execute(
                    """
                    insert into ferry_state.events (environment, event, object_kind, actor)
                    values ($1, $2, 'test', $3)
                    """, [.text(environment), .text(event), .text(actor)])
            }

            #expect(try await seen() == ["his"])
            try await owner.run(
                """
                insert into ferry_state.policy_assignments
                       (id, role, policy, environment, denial, options, created_by)
                values (-1, 'test_client_bob', 'amp360_user', 'try out', false, '[]', 'test')
                """)
            #expect(try await seen() == ["his", "elsewhere"])
        }
    }

    @Test func `leave out what was rolled back`() async throws {
        try await TestDatabase.withSchema { database in
            let worker = try await database.connect(as: .worker)
            let seen = try await worker.text("select pg_current_snapshot()::text")
            try await worker.run("begin")
            try await worker.execute(record, ["never"])
            try await worker.run("rollback")

            let events = try await worker.query(
                "select from ferry.events_between($1::text::pg_snapshot, pg_current_snapshot())",
                [.text(seen)])

            #expect(events.isEmpty)
        }
    }
}
