import Postgres
import TestSupport
import Testing

@Suite("With a year of history", .timeLimit(.minutes(15)))
struct LongHistoryTests {
    private static let read = """
        select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint
          from pg_stat_user_tables where schemaname = 'ferry_state'
        """

    private static let arguments = [
        ["runs"], ["runs", "--state", "failed"], ["runs", "--export", "EXPORT 7"],
        ["workers"], ["groups"], ["group-runs"], ["sandboxes"], ["commands"], ["events"],
        ["commands", "--state", "rejected"], ["commands", "--state", "queued"], ["doctor"],
        ["history"], ["events", "--run", "1004000"], ["tasks", "1004000"], ["watch", "--once"],
        ["watch", "--once", "--export", "export 7"], ["watch", "--once", "--run", "1004000"],
    ]

    /// The server counts the rows that it reads, by whatever plan.
    @Test func `what a subcommand reads is what it shows`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.recordHistory()
            let program = try await Program(database, as: .viewer)

            for arguments in Self.arguments {
                try await sessionsHaveEnded(owner)
                let before = try await owner.query(Self.read)[0][0].int()
                let result = try await program.start(arguments).result()
                // Watching one run ends with the status of its outcome.
                let expected: Int32 = arguments.contains("--run") && arguments[0] == "watch" ? 1 : 0
                #expect(result.status == expected, "\(arguments): \(result.error)")
                // A session's counts are there once it has ended.
                try await sessionsHaveEnded(owner)
                let after = try await owner.query(Self.read)[0][0].int()
                // Some for each row that is shown; there are 50,000.
                #expect(after - before < 1000, "\(arguments)")
            }
        }
    }

    /// As few as the statistics can make it look like all: each transaction wrote one event, or
    /// all of a year.
    @Test func `the feed reads what became visible, of slow transactions too`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.recordHistory()
            try await owner.run(
                """
                insert into ferry_state.events (xact, environment, event, object_kind, actor)
                select (1000000000 + n)::text::xid8, 'production', 'slow', 'test', 'a'
                  from generate_series(1, 20) as n;
                analyze ferry_state.events;
                """)
            let seen = "1000000005:1000001000:1000000005,1000000006,1000000010"
            for now in [seen, "1000001000:1000001000:"] {
                try await sessionsHaveEnded(owner)
                let before = try await owner.query(Self.read)[0][0].int()
                let reader = try await database.connect(as: .viewer)
                let found = try await reader.query(
                    """
                    select count(*)
                      from ferry.events_between($1::text::pg_snapshot, $2::text::pg_snapshot)
                    """, [.text(seen), .text(now)])
                await reader.close()
                #expect(try found[0][0].int() == (now == seen ? 0 : 3))
                try await sessionsHaveEnded(owner)
                let after = try await owner.query(Self.read)[0][0].int()
                #expect(after - before < 100, "\(now)")
            }
        }
    }

    private func sessionsHaveEnded(_ owner: Connection) async throws {
        try await eventually("no other session is connected") {
            try await owner.query(
                """
                select count(*) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                   and backend_type = 'client backend'
                """)[0][0].int() == 0
        }
    }
}
