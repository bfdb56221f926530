import Migrations
import Postgres
import TestSupport
import Testing

@Suite("Pruning runs", .timeLimit(.minutes(15)))
struct PrunedRunTests {
    @Test func `removes those that ended long ago, with all that belongs to them`() async throws {
        try await OldRuns.with { old in
            try await old.add(11, days: 300)
            try await old.add(12, "failed", days: 200)
            try await old.add(13, days: 50)
            try await old.add(14, days: 1)

            #expect(try await old.prune(.runs, dryRun: true) == 2)
            #expect(try await old.runs() == [11, 12, 13, 14])
            #expect(try await old.prune(.runs) == 2)
            #expect(try await old.runs() == [13, 14])
            for table in ["run_tasks", "run_reads", "run_manifests"] {
                let left = "select count(*) from ferry_state.\(table)"
                #expect(try await old.owner.number(left) == 2, "\(table)")
            }
            #expect(try await old.prune(.runs) == 0)
        }
    }

    @Test(arguments: ["queued", "running", "publishing", "stopping"])
    func `keeps what has not ended, however old it is`(state: String) async throws {
        try await OldRuns.with { old in
            try await old.add(11, state, days: 300)
            try await old.add(12, days: 1)

            #expect(try await old.prune(.runs) == 0)
        }
    }

    @Test func `keeps the last one of an orchestration, and the last that succeeded`() async throws
    {
        try await OldRuns.with { old in
            try await old.add(11, days: 300)
            try await old.add(12, days: 290)
            try await old.add(13, "failed", days: 280)
            try await old.add(14, "failed", days: 270)

            try await old.prune(.runs)

            #expect(try await old.runs() == [12, 14])
            #expect(
                try await old.owner.text(
                    "select last_run_state from ferry.data_exports where id = 1") == "failed")
        }
    }

    @Test func `keeps none of an orchestration that was deleted`() async throws {
        try await OldRuns.with { old in
            try await old.add(11, days: 300, orchestration: 99)
            try await old.add(12, days: 290)

            try await old.prune(.runs)

            #expect(try await old.runs() == [12])
        }
    }

    @Test func `keeps one that failed as long as the one that resolves it`() async throws {
        try await OldRuns.with { old in
            try await old.add(11, "failed", days: 300)
            try await old.add(12, "failed", days: 290, resolves: 11)
            try await old.add(13, days: 50, resolves: 12)
            try await old.add(14, "failed", days: 280)
            try await old.add(15, "failed", days: 270, resolves: 14)
            try await old.add(16, days: 1)

            try await old.prune(.runs)

            #expect(try await old.runs() == [11, 12, 13, 16])
        }
    }

    @Test func `keeps the runs of a group's run together`() async throws {
        try await OldRuns.with { old in
            try await old.add(11, days: 300, group: 11)
            try await old.add(12, days: 300, orchestration: 99, group: 11)
            try await old.add(13, days: 290, group: 13)
            try await old.add(14, days: 50, orchestration: 99, group: 13)
            try await old.add(15, days: 1, group: 15)

            try await old.prune(.runs)

            #expect(try await old.runs() == [13, 14, 15])
        }
    }

    @Test func `keeps the last run of a group`() async throws {
        try await OldRuns.with { old in
            try await old.add(11, days: 300, group: 11)
            try await old.add(12, days: 290, group: 12)
            try await old.add(13, days: 1)

            try await old.prune(.runs)

            #expect(try await old.runs() == [12, 13])
            let state = "select last_run_state from ferry.orchestration_groups"
            #expect(try await old.owner.text(state) == "succeeded")
        }
    }

    /// As during a concurrent retry.
    @Test func `skips a locked one without waiting`() async throws {
        try await OldRuns.with { old in
            for (id, days) in [(11, 300), (12, 290), (13, 1)] {
                try await old.add(Int64(id), days: days)
            }
            let other = try await old.database.connect(as: .worker)
            try await other.run("begin")
            try await other.run(
                "select from ferry_state.runs where id = 11 for no key update")
            try await old.owner.run("set lock_timeout = '1ms'")

            #expect(try await old.prune(.runs) == 1)
            #expect(try await old.runs() == [11, 13])
            try await other.run("rollback")
            #expect(try await old.prune(.runs) == 1)
        }
    }

    /// Also where a run has more tasks than a transaction should remove.
    @Test func `continues in further transactions`() async throws {
        try await OldRuns.with { old in
            for id in 11...14 { try await old.add(Int64(id), days: 300 - id) }
            try await old.owner.run(
                """
                insert into ferry_state.run_tasks (run_id, number, run_token, rows_estimated)
                select id, n, 1, 1 from ferry_state.runs, generate_series(2, 1500) as n
                """)
            let first = try await old.owner.query(
                """
                select removed, next
                  from ferry_state.prune_batch('runs', now() - interval '100 days', 0, false)
                """)[0]

            #expect(try first[0].int64() == 2)
            #expect(try first[1].int64() == 12)
            #expect(try await old.prune(.runs) == 1)
            #expect(try await old.runs() == [14])
        }
    }
}
