-- report_progress: how far the tasks of a worker are. Only of tasks that are still its own.
--
-- p_progress: [{"run", "number", "token", "rows", "bytes"}]
-- Returns the tokens of those tasks that are to go on; the others were taken over, or their run
-- was stopped.
create or replace function ferry_state.report_progress(p_worker bigint, p_progress jsonb)
returns bigint[]
language sql
as $$
    with mine as (
        select p.run, p.number, p.token, p.rows, p.bytes
          from jsonb_to_recordset(p_progress) as p (
              run bigint, number integer, token bigint, rows bigint, bytes bigint)
          join ferry_state.run_tasks as t
            on t.run_id = p.run and t.number = p.number and t.token = p.token
           and t.worker_id = p_worker and t.state = 'running'
          join ferry_state.runs as r
            on r.id = t.run_id and r.state = 'running' and r.token = t.run_token
           and r.worker_id is not null
    ),
    recorded as (
        insert into ferry_state.task_progress (run_id, number, token, rows, bytes)
        select run, number, token, rows, bytes from mine
    )
    select coalesce(array_agg(token), '{}') from mine
$$;
