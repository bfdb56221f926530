-- prune_alert_deliveries: remove up to 1,000 messages of alerts that ended before p_until; not
-- those about unfinished runs, for which a second runtime message would be sent. See prune_batch.
create or replace function ferry_state.prune_alert_deliveries(
    p_until     timestamptz,
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_dry then
        select count(*) into removed from ferry_state.alert_deliveries as d
         where d.ended_at < p_until
           and not exists (select from ferry_state.runs as r
                            where r.id = d.run_id and r.finished_at is null);
        return;
    end if;
    delete from ferry_state.alert_deliveries
     where id = any (array(
        select d.id from ferry_state.alert_deliveries as d
         where d.ended_at < p_until
           and not exists (select from ferry_state.runs as r
                            where r.id = d.run_id and r.finished_at is null)
         limit 1000
           for update of d skip locked));
    get diagnostics removed = row_count;
    next := case when removed = 1000 then 0 end;
end;
$$;
