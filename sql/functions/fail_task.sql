-- fail_task: record that a task failed; the worker in charge of its run decides what to do.
--
-- p_read: the number of the read that failed; null for the whole task.
-- Returns false, and does nothing, when the task is no longer the caller's, or its run has ended,
-- for example because another task failed.
create or replace function ferry_state.fail_task(
    p_run       bigint,
    p_number    integer,
    p_token     bigint,
    p_worker    bigint,
    p_transient boolean,
    p_code      text,
    p_origin    text,
    p_message   text,
    p_hint      text,
    p_read      integer
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- No task fails once its run has ended: see claim_task.
    perform from ferry_state.runs where id = p_run for key share;
    update ferry_state.run_tasks as t
       set state = 'failed', error_read = p_read, error_transient = p_transient,
           error_code = p_code, error_origin = p_origin, error_message = p_message, error_hint = p_hint,
           finished_at = clock_timestamp()
     where run_id = p_run and number = p_number and token = p_token and worker_id = p_worker
       and state = 'running'
       and exists (select from ferry_state.runs as r
                    where r.id = t.run_id and r.finished_at is null and r.token = t.run_token);
    if not found then
        return false;
    end if;
    delete from ferry_state.task_progress where run_id = p_run and number = p_number;
    perform pg_notify('ferry_runs', '');
    return true;
end;
$$;
