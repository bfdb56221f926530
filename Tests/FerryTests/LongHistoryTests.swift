import Postgres
import TestSupport
import Testing

@Suite("With a year of history", .timeLimit(.minutes(2)))
struct LongHistoryTests {
    private static let read = """
        select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint
          from pg_stat_user_tables where schemaname = 'ferry_state'
        """

    private static let arguments = [
        ["runs"], ["runs", "--state", "failed"], ["runs", "--export", "EXPORT 7"],
        ["workers"], ["groups"], ["group-runs"], ["sandboxes"], ["commands"], ["events"],
        ["history"], ["events", "--run", "1004000"], ["tasks", "1004000"], ["watch", "--once"],
        ["watch", "--once", "--export", "export 7"],
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
                #expect(result.status == 0, "\(arguments): \(result.error)")
                // A session's counts are there once it has ended.
                try await sessionsHaveEnded(owner)
                let after = try await owner.query(Self.read)[0][0].int()
                // Some for each row that is shown; there are 50,000.
                #expect(after - before < 1000, "\(arguments)")
            }
        }
    }

    private func sessionsHaveEnded(_ owner: Connection) async throws {
        try await eventually("nobody else is connected") {
            try await owner.query(
                """
                select count(*) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                   and backend_type = 'client backend'
                """)[0][0].int() == 0
        }
    }
}
