import Postgres
import TestSupport
import Testing

@Suite("ferry prune", .timeLimit(.minutes(2)))
struct PruneTests {
    private func withOldEvents(
        _ body: (TestDatabase, Connection) async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.run(
                """
                select ferry_state.make_event_partition('2025-01-01');
                insert into ferry_state.events (at, environment, event, object_kind, actor)
                values ('2025-01-15 12:00Z', 'production', 'old', 'test', 'test');
                analyze ferry_state.events;
                """)
            try await body(database, owner)
        }
    }

    private func count(_ owner: Connection) async throws -> Int {
        try await owner.query("select count(*) from ferry_state.events")[0][0].int()
    }

    @Test func `says what it would remove, and removes it`() async throws {
        try await withOldEvents { database, owner in
            let program = try await Program(database)

            let dry = try await program.run("prune", "--keep", "400d", "--dry-run")
            #expect(dry.status == 0)
            #expect(
                dry.output.hasPrefix(
                    "would remove events_2025_01: about 1 events before 2025-02-01, "))
            #expect(try await count(owner) == 1)

            let json = try await program.run("prune", "--keep", "100d", "--output", "ndjson")
            #expect(
                json.output.hasPrefix(
                    "{\"partition\":\"events_2025_01\",\"until\":\"2025-02-01\","
                        + "\"events_estimated\":1,\"bytes\":"))
            #expect(json.output.hasSuffix(",\"removed\":true}\n"))
            #expect(try await count(owner) == 0)
            let again = try await program.run("prune", "--keep", "100d")
            #expect(again.output == "no month of events lies more than 100d back\n")
        }
    }

    @Test func `that was killed is finished by the next one`() async throws {
        try await withOldEvents { database, owner in
            var victim = try await Program(database)
            victim.environment["FERRY_FAILPOINT"] = "prune.detached"
            let killed = try await victim.run("prune", "--keep", "100d")
            let left = "select to_regclass('ferry_state.events_2025_01') is not null"
            #expect(killed.status == 9)
            #expect(try await owner.query(left)[0][0].bool())
            #expect(try await count(owner) == 0)

            let next = try await eventuallyAlone(try await Program(database))
            #expect(next.output.hasPrefix("removed events_2025_01: "))
            #expect(try await !owner.query(left)[0][0].bool())
        }
    }

    /// The server notices only after a while that the one that was killed is gone.
    private func eventuallyAlone(_ program: Program) async throws -> Program.Result {
        var result = try await program.run("prune", "--keep", "100d")
        for _ in 1...20 where result.status == 1 {
            result = try await program.run("prune", "--keep", "100d")
        }
        return result
    }

    @Test func `is for the owner, and asks for a number of days`() async throws {
        try await withOldEvents { database, owner in
            let worker = try await Program(database, as: .worker)
            let refused = try await worker.run("prune", "--keep", "100d")

            #expect(refused.status == 77)
            #expect(
                refused.error.hasPrefix(
                    "ferry: only the owner of the schema, ferry, may prune\n"))
            for keep in ["100", "0d", "-1d", "a year"] {
                #expect(try await worker.run("prune", "--keep=\(keep)").status == 64, "\(keep)")
            }
            #expect(try await count(owner) == 1)
        }
    }

    @Test func `is told to a watcher that goes on from before`() async throws {
        try await withOldEvents { database, _ in
            let pruned = try await Program(database).run("prune", "--keep", "100d")
            let watcher = try await Program(database, as: .viewer)
                .run("watch", "--after", "3:3:", "--once", "--output", "ndjson")

            #expect(pruned.status == 0)
            #expect(watcher.status == 64)
            #expect(watcher.error.contains("the events before 2025-02-01 were pruned"))
        }
    }
}
