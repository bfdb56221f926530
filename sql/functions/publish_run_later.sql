-- publish_run_later: record that a run could not be published, and retry later with the same bytes.
--
-- It is stuck if the error is permanent, or has lasted for p_retry_for since publishing was
-- decided: alerts are sent, later runs of its orchestration no longer wait for it, and it is
-- retried after p_slow_delay instead of p_delay.
-- Returns false, and does nothing, when the run is no longer the caller's.
create or replace function ferry_state.publish_run_later(
    p_run        bigint,
    p_token      bigint,
    p_worker     bigint,
    p_delay      interval,
    p_slow_delay interval,
    p_retry_for  interval,
    p_transient  boolean,
    p_code       text,
    p_origin     text,
    p_message    text,
    p_hint       text
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run      ferry_state.runs;
    v_is_stuck boolean;
    v_retry_at timestamptz;
begin
    select * into v_run from ferry_state.runs
     where id = p_run and token = p_token and worker_id = p_worker and state = 'publishing'
       for update;
    if not found then
        return false;
    end if;
    v_is_stuck := v_run.stuck_at is not null or not p_transient
                  or clock_timestamp() + p_delay >= v_run.publishing_at + p_retry_for;
    v_retry_at := clock_timestamp() + case when v_is_stuck then p_slow_delay else p_delay end;
    update ferry_state.runs
       set worker_id = null, retry_at = v_retry_at,
           stuck_at = case when v_is_stuck then coalesce(stuck_at, clock_timestamp()) end,
           error_code = p_code, error_origin = p_origin, error_message = p_message, error_hint = p_hint
     where id = p_run;
    -- No event for a run that stays stuck for the same reason.
    if not v_is_stuck or v_run.stuck_at is null or v_run.error_code <> p_code then
        perform ferry_state.record_run_event(
            p_run, case when v_is_stuck then 'run_stuck' else 'run_retrying' end,
            jsonb_build_object('attempt', v_run.attempts, 'code', p_code, 'origin', p_origin,
                               'message', p_message, 'hint', p_hint, 'retry_at', v_retry_at));
    end if;
    if v_is_stuck and v_run.stuck_at is null then
        perform ferry_state.tell_alerts(p_run, array['stuck']);
        perform pg_notify('ferry_runs', '');
    end if;
    return true;
end;
$$;
