-- retry_run_later: a passing trouble: try the run again after a while. Before the intent it starts
-- anew from a new snapshot; after it, it goes on publishing.
--
-- Returns false, and does nothing, when the run is no longer the caller's or was told to stop.
create or replace function ferry_state.retry_run_later(
    p_run     bigint,
    p_token   bigint,
    p_worker  bigint,
    p_delay   interval,
    p_code    text,
    p_origin  text,
    p_message text,
    p_hint    text
)
returns boolean
language plpgsql
as $$
begin
    -- Waits for claims and ends of its tasks that are under way, see claim_task.
    perform from ferry_state.runs where id = p_run for update;
    update ferry_state.runs
       set state = case when state = 'running' then 'queued' else state end,
           worker_id = null, retry_at = clock_timestamp() + p_delay, error_code = p_code, error_origin = p_origin,
           error_message = p_message, error_hint = p_hint
     where id = p_run and token = p_token and worker_id = p_worker
       and state in ('running', 'publishing');
    if not found then
        return false;
    end if;
    delete from ferry_state.task_progress where run_id = p_run;
    perform ferry_state.record_run_event(p_run, 'run_retrying', (
        select jsonb_build_object('attempt', attempts, 'code', p_code, 'origin', p_origin, 'message', p_message,
                                  'hint', p_hint, 'retry_at', retry_at)
          from ferry_state.runs where id = p_run));
    return true;
end;
$$;
