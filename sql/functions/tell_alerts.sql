-- tell_alerts: record the messages of all alerts on these events of a run; runtime only if it
-- exceeds the limit, and once. Alerts on failures are also sent for a stuck run.
--
-- Called in the transaction of the event, so that no message is lost and none is sent for an event
-- that did not happen.
create or replace function ferry_state.tell_alerts(p_run bigint, p_events text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ferry_state.alert_deliveries
           (alert_id, alert_name, environment, event, run_id, payload, retry_until)
    select a.id, a.name, a.environment, e.event, r.id,
           ferry_state.alert_payload(e.event, a.id, r.id),
           clock_timestamp()
               + make_interval(secs => (a.settings ->> 'retry_seconds_max')::double precision)
      from ferry_state.runs as r
      join ferry_state.alerts as a
        on a.environment = r.environment
       and (a.orchestration_id is null or a.orchestration_id = r.orchestration_id)
     cross join unnest(p_events) as e (event)
     where r.id = p_run and (a.settings -> 'on' ? e.event or e.event = 'stuck' and a.settings -> 'on' ? 'failure')
       and (e.event <> 'runtime'
            or coalesce(r.finished_at, clock_timestamp()) - r.started_at
               > make_interval(secs => (a.settings ->> 'runtime_seconds_max')::double precision))
    on conflict (alert_id, run_id) where event = 'runtime' do nothing;
    if found then
        perform pg_notify('ferry_alerts', '');
    end if;
end;
$$;
