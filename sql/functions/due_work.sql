-- due_work: whether there is work for an idle worker, in one query.
--
-- Returns {"silent", "schedules", "sandboxes", "runs", "tasks"}: whether there are any of each. A
-- true value may still lead to no work, because another worker may be first, or a limit may be
-- reached.
create or replace function ferry_state.due_work()
returns json
language sql
set search_path = pg_catalog, pg_temp
as $$
    select json_build_object(
        'silent', exists (select from ferry_state.silent_workers()),
        'schedules', exists (
            select from ferry_state.orchestration_groups
             where enabled and schedule is not null and environment = 'production'
               and (next_at is null or next_at <= ferry_state.now())),
        'sandboxes', exists (
            select from ferry_state.sandbox_checks where due_at <= clock_timestamp()),
        'runs', exists (
            select from ferry_state.runs
             where finished_at is null and worker_id is null
               and (retry_at is null or retry_at <= clock_timestamp())),
        'tasks', exists (
            select from ferry_state.runs as r
              join ferry_state.run_tasks as t on t.run_id = r.id and t.run_token = r.token
             where r.finished_at is null and r.state = 'running' and r.worker_id is not null
               and t.state = 'available'))
$$;
