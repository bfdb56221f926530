import Migrations
import Postgres
import TestSupport
import Testing

@Suite("A migration among other sessions", .timeLimit(.minutes(15)))
struct MigrationLockTests {
    private static let impatience: Migrator.Patience = {
        var patience = Migrator.Patience()
        patience.wait = .milliseconds(300)
        patience.pause = .milliseconds(300)
        return patience
    }()

    /// Gives the body a session that has read the runs and is idle in its transaction.
    private func withDashboard(
        _ body: (TestDatabase, _ owner: Connection, _ dashboard: Connection) async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let dashboard = try await database.connect(as: .viewer)
            try await dashboard.run(
                """
                set application_name = 'dashboard';
                begin;
                select from ferry.runs;
                select from ferry.commands;
                """)
            try await body(database, owner, dashboard)
        }
    }

    /// As if an older release had written this file.
    private func age(_ file: String, _ owner: Connection) async throws {
        try await owner.run(
            """
            update ferry_state.code set fingerprint = 'older';
            update ferry_state.code_files set hash = 'older' where name = '\(file)';
            """)
    }

    @Test func `takes no lock when there is nothing to do`() async throws {
        try await withDashboard { database, owner, _ in
            let other = try await database.connect()
            try await other.run(
                """
                begin;
                select from ferry_state.locks for update;
                lock table ferry_state.runs, ferry_state.events in share mode;
                """)

            let report = try await Migrator(owner, patience: Self.impatience).migrate()

            #expect(report == Migrator.Report())
        }
    }

    @Test func `leaves views that have not changed alone`() async throws {
        try await withDashboard { _, owner, dashboard in
            try await age("functions/claim_run", owner)

            let report = try await Migrator(owner, patience: Self.impatience).migrate()

            #expect(report == Migrator.Report(renewedCode: true))
            try await dashboard.run("commit")
        }
    }

    @Test func `lets others proceed while it waits, and reports what it waits for`() async throws {
        try await withDashboard { database, owner, dashboard in
            try await age("views/runs", owner)
            let (waits, reports) = AsyncStream<[LockHolder]>.makeStream()
            let observer = try await database.connect()
            let migration = Task {
                try await Migrator(owner, observer: observer, patience: Self.impatience)
                    .migrate { holders in reports.yield(holders) }
            }
            let found = await waits.first { !$0.isEmpty }
            let holder = try #require(found?.first)

            let viewer = try await database.connect(as: .viewer)
            let sender = try await database.connect(as: .alice)
            for number in 1...5 {
                try await viewer.run("select from ferry.runs")
                try await sender.run("select ferry.create_data_export('e\(number)')")
            }
            try await dashboard.run("commit")
            let report = try await migration.value

            #expect(report == Migrator.Report(renewedCode: true))
            #expect(holder.processID == Int(dashboard.serverProcessID))
            #expect(
                holder.description.hasPrefix(
                    "session \(holder.processID) of test_viewer (dashboard), "
                        + "idle in transaction for "))
            try await Migrator(owner).check()
        }
    }

    @Test func `gives up after its time and leaves everything as it was`() async throws {
        try await withDashboard { database, owner, dashboard in
            try await age("views/runs", owner)
            var patience = Self.impatience
            patience.total = .milliseconds(500)
            let observer = try await database.connect()

            let error = await #expect(throws: MigrationBlocked.self) {
                try await Migrator(owner, observer: observer, patience: patience).migrate()
            }

            #expect(error?.holders.map(\.processID) == [Int(dashboard.serverProcessID)])
            #expect(
                error?.hint.contains("pg_terminate_backend(\(dashboard.serverProcessID))") == true)
            let code = try await owner.text("select fingerprint from ferry_state.code")
            #expect(code == "older")
        }
    }
}
