-- heartbeat: renew a worker's lease and report how far its tasks are.
--
-- p_progress: [{"run", "number", "token", "rows", "bytes"}]
-- Returns false when the lease is gone: others have taken over, so the worker must let go of all.
create or replace function ferry_state.heartbeat(
    p_worker   bigint,
    p_lease    interval,
    p_progress jsonb
)
returns boolean
language plpgsql
as $$
begin
    update ferry_state.worker_leases
       set leased_until = clock_timestamp() + p_lease, heartbeat_at = clock_timestamp()
     where worker_id = p_worker;
    if not found then
        return false;
    end if;
    perform ferry_state.report_progress(p_worker, p_progress);
    return true;
end;
$$;
