public import Postgres

extension Connection {
    /// Records what a queue has after it was used for a year, as the owner of the schema: 5,000
    /// runs of 500 data exports with three tasks each, every third run that of a group, 20,000
    /// commands and events, 5,000 registrations of workers. Four runs go on, two workers live.
    public func recordHistory() async throws {
        try await run(
            """
            -- Begins the epoch that all of it is in.
            select ferry_state.record_event('production', 'begun', 'test', null, null, null, null);
            begin;
            select ferry_state.make_event_partition(m::date)
              from generate_series(date_trunc('month', now() - interval '11 months')::date,
                                   now()::date, '1 month') as m;
            insert into ferry_state.databases (id, environment, name, key, credential, created_by)
            values (1, 'production', 'crm', 'crm', 'x', 'a');
            insert into ferry_state.destinations
                   (id, environment, name, key, kind, settings, administrators_only, created_by)
            values (2, 'production', 'lake', 'lake', 'directory', '{}', false, 'a');
            insert into ferry_state.data_templates
                   (id, environment, destination_id, name, key, settings, created_by)
            values (3, 'production', 2, 'csv', 'csv', '{}', 'a');
            insert into ferry_state.data_export_versions
                   (data_export_id, number, environment, name, database_id, tables,
                    table_settings, activated_by, command_id, activated_at)
            select 1000 + n, 1, 'production', 'export ' || n, 1, '[]', '{}', 'a', 1000 + n,
                   now() - interval '330 days' * (1 - n / 500.0::float8)
              from generate_series(0, 499) as n;
            insert into ferry_state.data_exports
                   (id, environment, name, key, version_count, active_version, created_by)
            select 1000 + n, 'production', 'export ' || n, 'export ' || n, 1, 1, 'a'
              from generate_series(0, 499) as n;
            insert into ferry_state.orchestrations
                   (id, environment, name, key, data_export_id, destination_id,
                    data_template_id, created_by)
            select 2000 + n, 'production', 'export ' || n, 'export ' || n, 1000 + n, 2, 3, 'a'
              from generate_series(0, 499) as n;
            insert into ferry_state.orchestration_groups
                   (id, environment, name, key, enabled, next_times, runs_as, created_by)
            select 3000 + n, 'production', 'group ' || n, 'group ' || n, true, '{}', 'a', 'a'
              from generate_series(0, 4) as n;
            \(Self.pastRuns)
            \(Self.pastWork)
            commit;
            analyze;
            """)
    }

    private static let pastRuns = """
        insert into ferry_state.workers (name, host, process_id, version, concurrency)
        select 'w' || n, 'h', n, '1', 2 from generate_series(1, 5000) as n;
        insert into ferry_state.worker_leases
               (worker_id, leased_until, heartbeat_at, backend_pid, backend_start, backend_role)
        select w.id, now() + interval '1 day', now(), a.pid, a.backend_start, a.usesysid
          from ferry_state.workers as w, pg_stat_get_activity(pg_backend_pid()) as a
         order by w.id desc limit 2;
        insert into ferry_state.runs
               (id, environment, orchestration_id, orchestration_name, data_export_id,
                data_export_name, data_export_version, database_id, destination_id,
                destination_name, inputs, created_by, created_at, state, attempts, token,
                worker_id, started_at, finished_at, group_run_id, group_id, group_name)
        select 1000000 + n, 'production', 2000 + n % 500, 'export ' || n % 500, 1000 + n % 500,
               'export ' || n % 500, 1, 1, 2, 'lake', '{}', 'a', r.at,
               case when n > 4996 then 'running' when n % 50 = 0 then 'failed'
                    else 'succeeded' end,
               1, n, case when n > 4996 then (select max(id) from ferry_state.workers) end, r.at,
               case when n <= 4996 then r.at + interval '1 minute' end,
               case when n % 3 = 0 then 1000000 + n end, case when n % 3 = 0 then 3000 + n % 5 end,
               case when n % 3 = 0 then 'group ' || n % 5 end
          from generate_series(1, 5000) as n
         cross join lateral (
              select now() - interval '330 days' * (1 - n / 5000.0::float8) as at) as r;
        insert into ferry_state.run_tasks
               (run_id, number, run_token, rows_estimated, state, token, worker_id, rows, bytes)
        select r.id, t, r.token, 100,
               case when r.finished_at is null then 'running' else 'done' end, r.token,
               (select max(id) from ferry_state.workers),
               case when r.finished_at is not null then 100 end, 1000
          from ferry_state.runs as r cross join generate_series(1, 3) as t;
        insert into ferry_state.run_reads
               (run_id, number, task, table_schema, table_name, part, parts, file, source,
                columns, rows_estimated, rows, bytes)
        select run_id, number, number, 'public', 't' || number, 1, 1, 'f.csv', 'select', '[]',
               100, rows, bytes from ferry_state.run_tasks;
        """

    private static let pastWork = """
        insert into ferry_state.run_manifests (run_id, token, manifest, sha256)
        select id, token, '{"files": []}', 'sha' from ferry_state.runs where state = 'succeeded';
        insert into ferry_state.commands
               (id, command, arguments, environment, priority, lane, actor, created_at)
        select 1000000 + n, 'run_orchestration', '{"name": "x"}', 'production', 2, n, 'a',
               now() - interval '330 days' * (1 - n / 20000.0::float8)
          from generate_series(1, 20000) as n;
        insert into ferry_state.command_outcomes (command_id, state, attempts, finished_at)
        select id, 'applied', 1, created_at from ferry_state.commands;
        insert into ferry_state.events
               (at, environment, event, object_kind, object_id, run_id, actor)
        select now() - interval '330 days' * (1 - n / 20000.0::float8), 'production', 'task_done',
               'run', 1000000 + n / 4, 1000000 + n / 4, 'a'
          from generate_series(1, 20000) as n;
        """
}
