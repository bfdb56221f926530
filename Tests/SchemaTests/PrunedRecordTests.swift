import Migrations
import Postgres
import TestSupport
import Testing

@Suite("Pruning the record", .timeLimit(.minutes(15)))
struct PrunedRecordTests {
    /// Records commands that ended 200 days ago.
    private func commands(
        _ owner: Connection, _ ids: ClosedRange<Int>, days: Int = 200, key: String? = nil
    ) async throws {
        try await owner.execute(
            """
            with command as (
                insert into ferry_state.commands
                       (id, command, arguments, environment, priority, lane, actor, created_at,
                        idempotency_key)
                select n, 'test_alert', '{}', 'production', 2, 0, 'a',
                       now() - make_interval(days => $3::int), $4
                  from generate_series($1::bigint, $2::bigint) as n
                returning id, created_at
            )
            insert into ferry_state.command_outcomes
                   (command_id, state, code, attempts, finished_at)
            select id, 'rejected', 'c', 1, created_at from command
            """,
            [
                .int(Int64(ids.lowerBound)), .int(Int64(ids.upperBound)), .int(Int64(days)),
                Value(key),
            ])
    }

    private func commands(of owner: Connection) async throws -> [Int] {
        try await owner.query("select id from ferry_state.commands order by id")
            .map { try $0[0].int() }
    }

    @Test func `removes commands with how they ended, but not those that wait`() async throws {
        try await OldRuns.with { old in
            try await commands(old.owner, 101...3500)
            try await commands(old.owner, 3501...3502, days: 50)
            let waiting = try await old.owner.send(
                "test_alert", #"{"name": "a"}"#, runAt: "2100-01-01")
            try await old.owner.run(
                "update ferry_state.commands set created_at = '2020-01-01' where id = \(waiting)")

            #expect(try await old.prune(.commands, dryRun: true) == 3400)
            #expect(try await old.prune(.commands) == 3400)
            #expect(try await commands(of: old.owner) == [Int(waiting), 3501, 3502])
            #expect(
                try await old.owner.number("select count(*) from ferry_state.command_outcomes")
                    == 2)
        }
    }

    @Test func `keeps the commands of the runs that it keeps`() async throws {
        try await OldRuns.with { old in
            for (id, days) in [(11, 300), (12, 290), (13, 280)] {
                try await old.add(Int64(id), days: days, group: id == 13 ? 12 : nil)
            }
            try await old.owner.run(
                "update ferry_state.orchestration_groups set enabled = false")

            try await old.prune(.runs)
            try await old.prune(.commands)

            #expect(try await old.runs() == [13])
            // 12 is the command that started the group's run.
            #expect(try await commands(of: old.owner) == [12, 13])
        }
    }

    @Test func `keeps an idempotency key for 30 days, however short the rest is kept`()
        async throws
    {
        try await OldRuns.with { old in
            try await commands(old.owner, 101...101, days: 31, key: "old")
            try await commands(old.owner, 102...102, days: 29, key: "young")
            try await commands(old.owner, 103...103, days: 29)
            let pruner = Pruner(old.owner)

            let time = try await pruner.time(before: 7)
            #expect(try await pruner.prune(.commands, before: time, dryRun: false) == 2)
            #expect(try await commands(of: old.owner) == [102])
        }
    }

    @Test func `keeps the last ten versions of what exists, and all that runs refer to`()
        async throws
    {
        try await OldRuns.with { old in
            try await old.owner.run(
                """
                update ferry_state.data_exports set version_count = 15, active_version = 15;
                insert into ferry_state.data_export_versions
                       (data_export_id, number, environment, name, database_id, tables,
                        table_settings, activated_by, command_id, activated_at)
                select 1, n, 'production', 'e', 4, '[]'::jsonb, '{}'::jsonb, 'a', n,
                       now() - interval '300 days'
                  from generate_series(1, 15) as n
                union all
                select 77, n, 'production', 'deleted', 8, '[]', '{}', 'a', n,
                       now() - interval '300 days' from generate_series(1, 3) as n;
                insert into ferry_state.object_versions
                       (kind, object_id, number, environment, name, definition, actor, command_id,
                        at)
                select k, id, n, 'production', 'x', case when n < last then '{}'::jsonb end, 'a', n,
                       now() - interval '300 days'
                  from (values ('destination', 5, 99), ('destination', 9, 12), ('database', 8, 2))
                       as o (k, id, last)
                 cross join generate_series(1, 12) as n where n <= last;
                """)
            try await old.add(11, days: 1)
            try await old.owner.run("update ferry_state.runs set data_export_version = 4")
            let left = """
                select string_agg(concat_ws(' ', kind, object_id, version), ', '
                                  order by kind, object_id, version)
                  from ferry.object_versions where kind <> 'data_export'
                """

            #expect(try await old.prune(.versions, dryRun: true) == 2 + 12 + 3 + 3)
            #expect(try await old.prune(.versions) == 2 + 12 + 3 + 3)
            // The database that only what was just removed had referred to.
            #expect(try await old.prune(.versions) == 2)

            let versions = try await old.owner.text(
                """
                select string_agg(version::text, ' ' order by version)
                  from ferry.data_export_versions
                """)
            #expect(versions == "4 5 6 7 8 9 10 11 12 13 14 15")
            let destinations = (3...12).map { "destination 5 \($0)" }.joined(separator: ", ")
            #expect(try await old.owner.text(left) == destinations)
        }
    }

    @Test func `removes registrations of workers that are gone, and old messages of alerts`()
        async throws
    {
        try await OldRuns.with { old in
            let worker = try await DutyWorker.register(old.database)
            let left = try await DutyWorker.register(old.database)
            try await left.connection.execute("select ferry_state.leave($1)", [.int(left.id)])
            try await old.owner.run(
                """
                update ferry_state.workers set started_at = now() - interval '300 days';
                insert into ferry_state.workers
                       (name, host, process_id, version, concurrency, started_at, ended_at)
                values ('w', 'h', 1, '1', 1, now() - interval '300 days',
                        now() - interval '200 days');
                insert into ferry_state.alert_deliveries
                       (alert_id, alert_name, environment, event, payload, state, ended_at,
                        retry_until)
                select 1, 'a', 'production', 'failure', '{}', 'delivered', at, at
                  from (values (now() - interval '200 days'), (now())) as t (at);
                insert into ferry_state.run_plans
                       (id, environment, orchestration, version, plan, created_by, created_at)
                select id, 'production', 'o', 1, '{}', 'a', at
                  from (values (1, now() - interval '2 days'), (2, now())) as t (id, at);
                """)

            #expect(try await old.prune(.workers, dryRun: true) == 1)
            #expect(try await old.prune(.workers) == 1)
            #expect(
                try await old.owner.query("select id from ferry_state.workers order by id")
                    .map { try $0[0].int64() } == [worker.id, left.id])
            #expect(try await old.prune(.alertDeliveries) == 1)
            #expect(try await old.prune(.plans) == 1)
            let record = try await old.owner.query(
                "select kind || ' ' || removed from ferry.prunings order by 1"
            ).map { try $0[0].string() }
            #expect(record == ["alert_deliveries 1", "plans 1", "workers 1"])
        }
    }
}
