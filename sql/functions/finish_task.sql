-- finish_task: the file of a task is staged, whole and durable.
--
-- Returns false, and does nothing, when the task is no longer the caller's, or its run does not
-- wait for it any more.
create or replace function ferry_state.finish_task(
    p_run    bigint,
    p_number integer,
    p_token  bigint,
    p_worker bigint,
    p_rows   bigint,
    p_bytes  bigint,
    p_sha256 text
)
returns boolean
language plpgsql
as $$
begin
    update ferry_state.run_tasks as t
       set state = 'done', rows = p_rows, bytes = p_bytes, sha256 = p_sha256,
           finished_at = clock_timestamp()
     where run_id = p_run and number = p_number and token = p_token and worker_id = p_worker
       and state = 'running'
       and exists (select from ferry_state.runs as r
                    where r.id = t.run_id and r.state = 'running' and r.token = t.run_token);
    if not found then
        return false;
    end if;
    delete from ferry_state.task_progress where run_id = p_run and number = p_number;
    perform ferry_state.record_run_event(p_run, 'task_done', (
        select jsonb_build_object('table', format('%I.%I', table_schema, table_name),
                                  'rows', p_rows, 'bytes', p_bytes)
          from ferry_state.run_tasks where run_id = p_run and number = p_number));
    perform pg_notify('ferry_runs', '');
    return true;
end;
$$;
