-- retry_run_later: retry a run after a transient error, later and from a new snapshot.
--
-- Returns 'retrying'. Returns 'too_late', and does nothing, when that would be later than
-- p_retry_for after its first start. Returns null, and does nothing, when the run is no longer
-- the caller's, is stopping or is publishing.
create or replace function ferry_state.retry_run_later(
    p_run       bigint,
    p_token     bigint,
    p_worker    bigint,
    p_delay     interval,
    p_retry_for interval,
    p_code      text,
    p_origin    text,
    p_message   text,
    p_hint      text
)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run ferry_state.runs;
    v_at  timestamptz;
begin
    -- Waits for claims and ends of its tasks that are in progress, see claim_task.
    select * into v_run from ferry_state.runs
     where id = p_run and token = p_token and worker_id = p_worker and state = 'running'
       for update;
    if not found then
        return null;
    end if;
    v_at := clock_timestamp() + p_delay;
    if v_at >= v_run.started_at + p_retry_for then
        return 'too_late';
    end if;
    update ferry_state.runs
       set state = 'queued', worker_id = null, retry_at = v_at,
           error_code = p_code, error_origin = p_origin, error_message = p_message, error_hint = p_hint
     where id = p_run
    returning * into v_run;
    delete from ferry_state.task_progress where run_id = p_run;
    perform ferry_state.record_run_event(p_run, 'run_retrying', jsonb_build_object(
        'attempt', v_run.attempts, 'code', p_code, 'origin', p_origin, 'message', p_message,
        'hint', p_hint, 'retry_at', v_run.retry_at));
    return 'retrying';
end;
$$;
