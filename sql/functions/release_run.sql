-- release_run: release a run, so that any worker can claim it immediately.
--
-- Returns false, and does nothing, when the run is no longer the caller's.
create or replace function ferry_state.release_run(p_run bigint, p_token bigint, p_worker bigint)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update ferry_state.runs set worker_id = null
     where id = p_run and token = p_token and worker_id = p_worker and finished_at is null;
    if found then
        perform pg_notify('ferry_runs', '');
        return true;
    end if;
    return false;
end;
$$;
