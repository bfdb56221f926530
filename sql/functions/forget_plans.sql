-- forget_plans: delete plans of runs that are older than a day.
create or replace function ferry_state.forget_plans()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from ferry_state.run_plans where created_at < now() - interval '1 day'
$$;
