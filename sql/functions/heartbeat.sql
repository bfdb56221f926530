-- heartbeat: renew a worker's lease.
--
-- Returns false when the lease is gone: others have taken over, so the worker must release all
-- work.
create or replace function ferry_state.heartbeat(p_worker bigint, p_lease interval)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update ferry_state.worker_leases
       set leased_until = clock_timestamp() + p_lease, heartbeat_at = clock_timestamp()
     where worker_id = p_worker;
    return found;
end;
$$;
