-- fail_run: record that a run failed. None of its output is visible.
--
-- p_state: its state: running, or publishing if it is certain that none of its output can become
--   visible any more.
-- Returns false, and does nothing, when the run is no longer the caller's or in another state.
create or replace function ferry_state.fail_run(
    p_run     bigint,
    p_token   bigint,
    p_worker  bigint,
    p_code    text,
    p_origin  text,
    p_message text,
    p_hint    text,
    p_state   text default 'running'
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Waits for claims and ends of its tasks that are in progress, see claim_task.
    perform from ferry_state.runs where id = p_run for update;
    update ferry_state.runs set state = 'failed', worker_id = null,
           finished_at = clock_timestamp(), error_code = p_code, error_origin = p_origin, error_message = p_message,
           error_hint = p_hint
     where id = p_run and token = p_token and worker_id = p_worker and state = p_state
       and p_state in ('running', 'publishing');
    if not found then
        return false;
    end if;
    delete from ferry_state.task_progress where run_id = p_run;
    perform ferry_state.record_run_event(p_run, 'run_failed',
        jsonb_build_object('code', p_code, 'origin', p_origin, 'message', p_message, 'hint', p_hint));
    perform ferry_state.tell_alerts(p_run, array['failure', 'runtime']);
    perform ferry_state.settle_group_run(p_run);
    perform pg_notify('ferry_runs', '');
    return true;
end;
$$;
