import Postgres
import TestSupport
import Testing

extension Connection {
    /// How many rows of Ferry's tables a statement reads, whether it finds them by an index or not.
    fileprivate func rowsRead(by sql: String) async throws -> Int {
        let count = """
            select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint
              from pg_stat_xact_user_tables where schemaname = 'ferry_state'
            """
        try await run("begin")
        let before = try await number(count)
        _ = try await query(sql)
        let after = try await number(count)
        try await run("rollback")
        return after - before
    }
}

@Suite("After a year of work", .timeLimit(.minutes(15)))
struct GrowthTests {
    /// The newest of each, as the command line asks for them, and as anybody would.
    private static let lists = [
        "select * from ferry.runs as v order by v.id desc limit 50",
        "select * from ferry.runs as v where v.state = 'failed' order by v.id desc limit 50",
        """
        select * from ferry.runs as v where v.data_export_key = lower('EXPORT 7')
         order by v.id desc limit 50
        """,
        "select * from ferry.runs as v where v.finished_at is null order by v.id",
        """
        select * from ferry.runs as v where v.finished_at is not null
         order by v.id desc limit 10
        """,
        "select * from ferry.run_tasks as v where v.run_id = 1004000 order by v.number",
        "select * from ferry.workers as v order by v.id",
        "select * from ferry.orchestration_groups as v order by v.environment, v.name",
        "select * from ferry.group_runs as v order by v.id desc limit 50",
        "select * from ferry.sandboxes as v order by v.name",
        "select * from ferry.commands as v order by v.id desc limit 50",
        "select * from ferry.command_status where id = 1004000",
        "select * from ferry.events as v order by v.id desc limit 50",
        "select * from ferry.events as v where v.run_id = 1004000 order by v.id desc limit 50",
        """
        select * from ferry.object_versions as v
         order by v.at desc, v.command_id desc, v.kind, v.object_id limit 50
        """,
        "select * from ferry.alert_deliveries as v order by v.created_at desc, v.id limit 50",
    ]

    @Test func `a list reads what it shows, not what there ever was`() async throws {
        try await TestDatabase.withSchema { database in
            try await database.connect().recordHistory()
            let viewer = try await database.connect(as: .viewer)

            for list in Self.lists {
                #expect(try await viewer.rowsRead(by: list) < 1000, "\(list)")
            }
        }
    }

    @Test func `a worker looks only at what is alive`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.recordHistory()
            let id = try await owner.number("select max(id) from ferry_state.workers")
            let worker = try await database.connect(as: .worker)

            for work in [
                "free_work(\(id))", "rescue('{\(id)}')", "leave(\(id))", "claim_run(\(id))",
                "claim_task(\(id))", "run_status(1005000, 5000, \(id))", "tell_long_runs()",
                "running_tasks(1005000)", "silent_workers()", "prune_when_due()",
            ] {
                let count = try await worker.rowsRead(by: "select ferry_state.\(work)")
                #expect(count < 200, "\(work)")
            }
            #expect(
                try await worker.query("select ferry_state.free_work($1)", [.int(Int64(id))])[0][0]
                    .int() == 4 + 12)
        }
    }

    /// Where the planner takes a query for costlier than jit_above_cost, the server compiles it
    /// first, which may take seconds.
    @Test func `the sandboxes are compared at once, not each of them with all`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            try await owner.recordHistory()
            try await owner.run(
                """
                insert into ferry_state.environments select 'sandbox ' || n
                  from generate_series(1, 60) as n;
                insert into ferry_state.sandboxes (id, name, key, description, base, created_by)
                select 5000 + n, 'sandbox ' || n, 'sandbox ' || n, '', (
                           select jsonb_agg(jsonb_build_object(
                                      'kind', kind, 'name', name, 'definition', definition))
                             from ferry.configuration where kind = 'data_export'), 'a'
                  from generate_series(1, 60) as n;
                analyze ferry_state.sandboxes;
                """)
            let viewer = try await database.connect(as: .viewer)

            let plan = try await viewer.text("explain select * from ferry.sandboxes")
            let cost = try #require(plan.firstMatch(of: /cost=[0-9.]+\.\.([0-9]+)/))
            #expect(try #require(Int(cost.1)) < 50_000, "\(plan)")
        }
    }

    /// Without the sums it would have to add up the tasks of every run.
    @Test func `a run that has ended bears the sums of its tasks`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            let worker = try await DutyWorker.register(database)
            let viewer = try await database.connect(as: .viewer)
            let sums =
                "select concat_ws(' ', tables, tables_done, rows, bytes, rows_expected, percent) "
                + "from ferry.runs where id = 7"
            try await owner.queueRun(7)
            let run = try #require(try await worker.claimRun())
            #expect(try await worker.open(run: 7, token: run.token, tables: 3))
            #expect(
                try await worker.finish(run: 7, task: try #require(try await worker.claimTask())))
            let task = try #require(try await worker.claimTask())
            _ = try await worker.report(
                """
                [{"run": 7, "number": \(task.number), "token": \(task.token),
                  "reads": [{"read": \(task.number), "rows": 5, "bytes": 50, "done": false}]}]
                """)
            #expect(try await viewer.text(sums) == "3 1 15 150 205 7.3")

            try await worker.connection.execute(
                "select ferry_state.fail_run(7, $1, $2, 'c', 'source', 'm', 'h')",
                [.int(run.token), .int(worker.id)])

            #expect(try await viewer.text(sums) == "3 1 10 100 205 4.9")
            try await owner.run("delete from ferry_state.run_reads")
            #expect(try await viewer.text(sums) == "3 1 10 100 205 4.9")
        }
    }

    /// Reports are written to a table that a standby has.
    @Test func `nothing that a view reads is missing on a standby`() async throws {
        try await TestDatabase.withSchema { database in
            let owner = try await database.connect()
            #expect(
                try await owner.number(
                    """
                    select count(*) from pg_class
                     where relnamespace in ('ferry'::regnamespace, 'ferry_state'::regnamespace)
                       and relkind in ('r', 'p') and relpersistence <> 'p'
                       -- What no view reads: a standby cannot listen, so nobody watches it.
                       and relname <> 'present_epoch'
                    """) == 0)
        }
    }
}
