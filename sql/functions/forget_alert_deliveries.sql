-- forget_alert_deliveries: delete messages that ended 30 days ago, some at a time; not those about
-- unfinished runs, for which a runtime alert would be sent again.
create or replace function ferry_state.forget_alert_deliveries()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from ferry_state.alert_deliveries
     where id in (
        select d.id from ferry_state.alert_deliveries as d
         where d.ended_at < now() - interval '30 days'
           and not exists (select from ferry_state.runs as r
                            where r.id = d.run_id and r.finished_at is null)
         limit 1000
           for update of d skip locked)
$$;
