-- run_state: the state of a run. Null when the run is no longer the caller's.
create or replace function ferry_state.run_state(p_run bigint, p_token bigint, p_worker bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select state from ferry_state.runs
     where id = p_run and token = p_token and worker_id = p_worker and finished_at is null
$$;
