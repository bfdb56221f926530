-- report_progress: how far the tasks of a worker are. Only of tasks that are still its own.
--
-- p_progress: [{"run", "number", "token", "reads": [{"read", "rows", "bytes", "done"}]}], with those
--             reads of each task about which there is something new.
-- Returns the tokens of those tasks that are to go on, and how many bytes a second each may write
-- (null for any); the others were taken over, or their run was stopped.
create or replace function ferry_state.report_progress(p_worker bigint, p_progress jsonb)
returns table (live bigint, bytes_per_second bigint)
language sql
set search_path = pg_catalog, pg_temp
as $$
    with mine as (
        select p.run, p.number, p.token, p.reads
          from jsonb_to_recordset(p_progress) as p (
              run bigint, number integer, token bigint, reads jsonb)
          join ferry_state.run_tasks as t
            on t.run_id = p.run and t.number = p.number and t.token = p.token
           and t.worker_id = p_worker and t.state = 'running'
          join ferry_state.runs as r
            on r.id = t.run_id and r.state = 'running' and r.token = t.run_token
           and r.worker_id is not null
    ),
    recorded as (
        insert into ferry_state.task_progress (run_id, number, token, read, rows, bytes, done)
        select mine.run, mine.number, mine.token, r.read, r.rows, r.bytes, r.done
          from mine cross join lateral jsonb_to_recordset(mine.reads) as r (
              read integer, rows bigint, bytes bigint, done boolean)
    )
    select token, ferry_state.task_rate(run) from mine
$$;
