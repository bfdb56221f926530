-- report_progress: how far the tasks of a worker are. Only of tasks that are still its own.
create or replace function ferry_state.report_progress(p_worker bigint, p_progress jsonb)
returns void
language sql
as $$
    insert into ferry_state.task_progress (run_id, number, token, rows, bytes)
    select p.run, p.number, p.token, p.rows, p.bytes
      from jsonb_to_recordset(p_progress) as p (
          run bigint, number integer, token bigint, rows bigint, bytes bigint)
      join ferry_state.run_tasks as t
        on t.run_id = p.run and t.number = p.number and t.token = p.token
       and t.worker_id = p_worker and t.state = 'running'
$$;
