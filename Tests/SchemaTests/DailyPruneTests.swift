import Migrations
import Postgres
import TestSupport
import Testing

@Suite("The daily prune", .timeLimit(.minutes(15)))
struct DailyPruneTests {
    private struct Scene {
        let old: OldRuns
        let worker: Connection

        func keep(_ value: String) async throws {
            try await old.owner.execute(
                """
                insert into ferry_state.settings (name, value, changed_by)
                values ('retention', $1, 'a')
                on conflict (name) do update set value = excluded.value
                """, [.text(value)])
        }

        /// Prunes as workers do; returns in how many batches.
        func pruneAll() async throws -> Int {
            var batches = 0
            while try await batch() { batches += 1 }
            return batches
        }

        func batch(_ connection: Connection? = nil) async throws -> Bool {
            try await (connection ?? worker).query(
                "select ferry_state.prune_when_due()")[0][0].bool()
        }
    }

    private func with(_ body: (Scene) async throws -> Void) async throws {
        try await OldRuns.with { old in
            for (id, days) in [(11, 300), (12, 290), (13, 1)] {
                try await old.add(Int64(id), days: days)
            }
            try await body(Scene(old: old, worker: try await old.database.connect(as: .worker)))
        }
    }

    @Test func `is off by default`() async throws {
        try await with { scene in
            #expect(try await scene.pruneAll() == 0)
            try await scene.keep("off")
            #expect(try await scene.pruneAll() == 0)
            #expect(try await scene.old.runs() == [11, 12, 13])
        }
    }

    @Test func `removes what is older than the setting says, once a day`() async throws {
        try await with { scene in
            try await scene.keep("100d")

            #expect(try await scene.pruneAll() > 0)
            #expect(try await scene.old.runs() == [13])
            #expect(
                try await scene.old.owner.text(
                    "select string_agg(kind || ' ' || removed || ' ' || pruned_by, ', ' "
                        + "order by kind) from ferry.prunings")
                    == "commands 2 test_worker, runs 2 test_worker")

            try await scene.old.add(10, days: 300)
            #expect(try await scene.pruneAll() == 0)
            try await scene.old.owner.run(
                "update ferry_state.retention set due_at = due_at - interval '1 day'")
            #expect(try await scene.pruneAll() > 0)
            #expect(try await scene.old.runs() == [13])
        }
    }

    @Test func `is run by one worker at a time, and continued by another`() async throws {
        try await with { scene in
            try await scene.keep("100d")
            let other = try await scene.old.database.connect(as: .worker)

            try await scene.worker.run("begin")
            #expect(try await scene.batch())
            #expect(try await !scene.batch(other))
            try await scene.worker.run("commit")
            await scene.worker.close()
            while try await scene.batch(other) {}

            #expect(try await scene.old.runs() == [13])
        }
    }

    @Test func `keeps more as soon as the setting says so`() async throws {
        try await with { scene in
            try await scene.keep("100d")
            #expect(try await scene.batch())
            try await scene.keep("295d")
            _ = try await scene.pruneAll()

            #expect(try await scene.old.runs() == [12, 13])
        }
    }

    @Test func `removes months of events, but waits for no reader`() async throws {
        try await with { scene in
            let owner = scene.old.owner
            try await owner.run(
                """
                select ferry_state.make_event_partition('2025-01-01');
                insert into ferry_state.events (at, environment, event, object_kind, actor)
                values ('2025-01-15 12:00Z', 'production', 'old', 'test', 'test');
                """)
            try await scene.keep("100d")
            let reader = try await scene.old.database.connect(as: .viewer)
            try await reader.run("begin")
            _ = try await reader.query("select * from ferry.events")
            let isThere = "select to_regclass('ferry_state.events_2025_01') is not null"

            _ = try await scene.pruneAll()
            #expect(try await owner.query(isThere)[0][0].bool())
            #expect(try await scene.pruneAll() == 0)
            try await reader.run("commit")
            _ = try await scene.pruneAll()

            #expect(try await !owner.query(isThere)[0][0].bool())
            #expect(try await owner.text("select partition from ferry.pruned_events") != "")
            #expect(
                try await owner.number(
                    "select count(*) from ferry_state.retention where due_at > now()") == 1)
        }
    }

    @Test func `is all that a worker can remove of the record`() async throws {
        try await with { scene in
            let owner = scene.old.owner
            for statement in [
                "select * from ferry_state.prune_batch('runs', now(), 0, false)",
                "select ferry_state.prune_events(now())",
                "select ferry_state.note_removal('runs', now(), 1)",
                "update ferry_state.retention set due_at = now()",
                "delete from ferry_state.prunings", "delete from ferry_state.commands",
            ] {
                #expect(
                    try await refusal(scene.worker, statement)?.sqlState == "42501", "\(statement)")
            }
            // An additional function of the owner deletes nothing, whoever calls it.
            try await owner.run(
                """
                create function ferry_state.remove_all() returns void language sql
                security definer as 'delete from ferry_state.commands';
                grant execute on function ferry_state.remove_all() to ferry_worker;
                """)
            #expect(
                try await refusal(scene.worker, "select ferry_state.remove_all()")?.sqlState
                    == "FY013")
        }
    }
}

@Suite("With a retention", .timeLimit(.minutes(15)))
struct FlatHistoryTests {
    /// Each cycle is some days' work: 20 runs by commands, with tasks, manifests and events, and
    /// two workers that come and go. Then time passes.
    @Test func `no table grows, however long it works`() async throws {
        try await OldRuns.with { old in
            try await old.owner.run(
                """
                insert into ferry_state.settings (name, value, changed_by)
                values ('retention', '2d', 'a')
                """)
            let pruner = try await old.database.connect(as: .worker)
            var sizes: [String] = []
            for cycle in 1...6 {
                for number in 1...20 { try await work(old, id: Int64(cycle * 100 + number)) }
                try await threeDaysPass(old.owner)
                var hasMore = true
                while hasMore {
                    hasMore = try await pruner.query("select ferry_state.prune_when_due()")[0][0]
                        .bool()
                }
                sizes.append(try await rows(old.owner))
            }

            // Once the last of each is there that is kept.
            #expect(Set(sizes.dropFirst()).count == 1, "\(sizes)")
        }
    }

    /// A worker carries out one run, and leaves.
    private func work(_ old: OldRuns, id: Int64) async throws {
        let worker = try await DutyWorker.register(old.database)
        try await old.owner.execute(
            """
            with command as (
                insert into ferry_state.commands
                       (id, command, arguments, environment, priority, lane, actor, created_at)
                values ($1, 'run_orchestration', '{}', 'production', 2, 0, 'a', now())
            )
            insert into ferry_state.command_outcomes (command_id, state, attempts, finished_at)
            values ($1, 'applied', 1, now())
            """, [.int(id)])
        try await old.owner.queueRun(id, orchestration: 2)
        guard let run = try await worker.claimRun() else { return }
        _ = try await worker.open(run: id, token: run.token)
        while let task = try await worker.claimTask() {
            _ = try await worker.finish(run: id, task: task)
        }
        _ = try await worker.beginPublishing(run: id, token: run.token)
        try await worker.connection.execute(
            "select ferry_state.complete_run($1, $2, $3, 'somewhere')",
            [.int(id), .int(run.token), .int(worker.id)])
        try await worker.connection.execute("select ferry_state.leave($1)", [.int(worker.id)])
        await worker.connection.close()
    }

    private func threeDaysPass(_ owner: Connection) async throws {
        try await owner.run(
            """
            update ferry_state.runs set created_at = created_at - interval '3 days',
                   finished_at = finished_at - interval '3 days';
            update ferry_state.commands set created_at = created_at - interval '3 days';
            update ferry_state.command_outcomes set finished_at = finished_at - interval '3 days';
            update ferry_state.workers set started_at = started_at - interval '3 days',
                   ended_at = ended_at - interval '3 days';
            update ferry_state.retention set due_at = now();
            """)
    }

    /// How many rows each table has, but the events, which go by the month, and what was pruned.
    private func rows(_ owner: Connection) async throws -> String {
        let tables = try await owner.query(
            """
            select relname from pg_class
             where relnamespace = 'ferry_state'::regnamespace and relkind = 'r'
               and not relispartition and relname <> 'prunings' order by 1
            """
        ).map { try $0[0].string() }
        var counts: [String] = []
        for table in tables {
            let count = try await owner.number("select count(*) from ferry_state.\(table)")
            counts.append("\(table) \(count)")
        }
        return counts.joined(separator: ", ")
    }
}
