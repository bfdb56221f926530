-- tell_long_runs: record the messages of all alerts whose limit an unfinished run exceeds, by the
-- database's clock.
create or replace function ferry_state.tell_long_runs()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform ferry_state.tell_alerts(long.id, array['runtime'])
       from (
        select distinct r.id
          from ferry_state.alerts as a
          join ferry_state.runs as r
            on r.environment = a.environment
           and (a.orchestration_id is null or a.orchestration_id = r.orchestration_id)
         where a.settings ? 'runtime_seconds_max'
           and r.finished_at is null and r.state <> 'stopping'
           and r.started_at < clock_timestamp() - make_interval(
                   secs => (a.settings ->> 'runtime_seconds_max')::double precision)
           and not exists (
               select from ferry_state.alert_deliveries as d
                where d.alert_id = a.id and d.run_id = r.id and d.event = 'runtime')
       ) as long;
end;
$$;
