import Postgres
import TestSupport
import Testing

@Suite("ferry prune", .timeLimit(.minutes(15)))
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
                    "{\"kind\":\"events\",\"partition\":\"events_2025_01\","
                        + "\"until\":\"2025-02-01\",\"events_estimated\":1,\"bytes\":"))
            #expect(json.output.hasSuffix(",\"removed\":true}\n"))
            #expect(try await count(owner) == 0)
            let again = try await program.run("prune", "--keep", "100d")
            #expect(again.output == "nothing to remove is older than 100 days\n")
        }
    }

    @Test func `removes each kind, or those that are named`() async throws {
        try await withOldEvents { database, owner in
            try await owner.run(
                """
                insert into ferry_state.workers
                       (name, host, process_id, version, concurrency, started_at)
                select 'w', 'h', 1, '1', 1, now() - interval '200 days'
                  from generate_series(1, 1234);
                insert into ferry_state.commands
                       (id, command, arguments, environment, priority, lane, actor, created_at)
                values (1, 'test_alert', '{}', 'production', 2, 0, 'a', '2025-01-01');
                insert into ferry_state.command_outcomes (command_id, state, attempts, finished_at)
                values (1, 'applied', 1, '2025-01-01');
                """)
            let program = try await Program(database)
            let days = ["prune", "--keep", "100d"]

            let dry = try await program.start(days + ["--dry-run"]).result()
            #expect(dry.lines.count == 3)
            #expect(dry.lines[0].hasPrefix("would remove 1 command from before 20"))
            #expect(
                dry.lines[1].hasPrefix("would remove 1,234 registrations of workers from before "))
            let some = try await program.start(
                days + ["--kind", "workers,versions", "--output", "ndjson"]
            ).result()
            #expect(some.lines.count == 1)
            #expect(some.output.hasPrefix("{\"kind\":\"workers\",\"before\":\"20"))
            #expect(some.output.hasSuffix("\"count\":1234,\"removed\":true}\n"))
            let rest = try await program.start(days).result()
            #expect(rest.lines.count == 2)
            #expect(rest.lines[0].hasPrefix("removed 1 command from before "))
            #expect(rest.lines[1].hasPrefix("removed events_2025_01: "))
            let typo = try await program.start(days + ["--kind", "run"]).result()
            #expect(typo.status == 64)
            #expect(typo.error.contains("unknown --kind \"run\": choose from alert_deliveries, "))
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
                    "ferry: only the owner of the schema, ferry, can prune\n"))
            for keep in ["100", "0d", "-1d", "a year"] {
                #expect(try await worker.run("prune", "--keep=\(keep)").status == 64, "\(keep)")
            }
            #expect(try await count(owner) == 1)
        }
    }

    @Test func `is reported to a watcher that continues from before`() async throws {
        try await withOldEvents { database, _ in
            let pruned = try await Program(database).run("prune", "--keep", "100d")
            let epoch = try await database.connect().query(
                "select epoch || '-' || key from ferry.feed_position()")[0][0].string()
            let watcher = try await Program(database, as: .viewer)
                .run("watch", "--after", "\(epoch)~3:3:", "--once", "--output", "ndjson")

            #expect(pruned.status == 0)
            #expect(watcher.status == 64)
            #expect(watcher.error.contains("events before 2025-02-01 were pruned"))
        }
    }
}
