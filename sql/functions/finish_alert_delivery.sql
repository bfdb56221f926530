-- finish_alert_delivery: record the outcome of an attempt to deliver a message.
--
-- p_outcome: delivered; failed, permanently; or retry, after p_delay, unless that is too late: then
--   it has also failed.
-- Returns false, and does nothing, when the message is no longer the caller's.
create or replace function ferry_state.finish_alert_delivery(
    p_id      uuid,
    p_token   bigint,
    p_worker  bigint,
    p_outcome text,
    p_error   text,
    p_delay   interval
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_delivery ferry_state.alert_deliveries;
begin
    select * into v_delivery from ferry_state.alert_deliveries
     where id = p_id and token = p_token and worker_id = p_worker
       for update;
    if not found then
        return false;
    end if;
    if p_outcome = 'retry' and clock_timestamp() + p_delay <= v_delivery.retry_until then
        update ferry_state.alert_deliveries
           set worker_id = null, due_at = clock_timestamp() + p_delay, last_error = p_error
         where id = p_id;
        return true;
    end if;
    update ferry_state.alert_deliveries
       set state = case when p_outcome = 'delivered' then 'delivered' else 'failed' end,
           worker_id = null, ended_at = clock_timestamp(), last_error = p_error
     where id = p_id;
    if p_outcome <> 'delivered' then
        perform ferry_state.record_event(
            v_delivery.environment, 'alert_failed', 'alert', v_delivery.alert_id,
            v_delivery.alert_name, null, jsonb_strip_nulls(jsonb_build_object(
                'delivery', p_id, 'event', v_delivery.event, 'run', v_delivery.run_id,
                'attempt', v_delivery.attempts, 'message', p_error)));
    end if;
    return true;
end;
$$;
