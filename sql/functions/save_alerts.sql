-- save_alerts: write the alerts that a batch of commands created or changed, and the messages that
-- it requested.
--
-- p_alerts: {"saved": [alerts], "tests": [{"alert_id"}]}
create or replace function ferry_state.save_alerts(p_alerts json)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ferry_state.alerts
           (id, environment, name, key, orchestration_id, settings, created_by)
    select id, environment, name, key, orchestration_id, settings, created_by
      from json_to_recordset(p_alerts -> 'saved') as r (
          id bigint, environment text, name text, key text, orchestration_id bigint,
          settings jsonb, created_by text)
    on conflict (id) do update
       set orchestration_id = excluded.orchestration_id, settings = excluded.settings;

    -- A test has one attempt. Its alert may have been deleted by the same batch.
    insert into ferry_state.alert_deliveries
           (alert_id, alert_name, environment, event, payload, retry_until)
    select a.id, a.name, a.environment, 'test',
           ferry_state.alert_payload('test', a.id, null), clock_timestamp()
      from json_to_recordset(p_alerts -> 'tests') as t (alert_id bigint)
      join ferry_state.alerts as a on a.id = t.alert_id;
    if found then
        perform pg_notify('ferry_alerts', '');
    end if;
end;
$$;
