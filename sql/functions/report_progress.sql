-- report_progress: record the progress of a worker's tasks, if they are still its own.
--
-- p_progress: [{"run", "number", "token", "reads": [{"read", "rows", "bytes", "done"}]}], with
--   those reads of each task that have changed.
-- Returns the tokens of the tasks that continue, and the maximum number of bytes per second for
-- each (null for no limit); the others were taken over, or their run was stopped.
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
