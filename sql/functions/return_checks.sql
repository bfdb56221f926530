-- return_checks: release the earlier lookups of a worker that starts to look up facts.
create or replace function ferry_state.return_checks(p_worker bigint)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update ferry_state.command_waits set worker_id = null where worker_id = p_worker
$$;
