-- prune_plans: remove up to 1,000 plans of runs. They are kept for a day, regardless of the
-- setting, because they contain values of the source. See prune_batch.
create or replace function ferry_state.prune_plans(
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_dry then
        select count(*) into removed from ferry_state.run_plans
         where created_at < now() - interval '1 day';
        return;
    end if;
    delete from ferry_state.run_plans
     where id = any (array(
        select id from ferry_state.run_plans
         where created_at < now() - interval '1 day'
         limit 1000
           for update skip locked));
    get diagnostics removed = row_count;
    next := case when removed = 1000 then 0 end;
end;
$$;
