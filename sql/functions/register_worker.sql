-- register_worker: a worker process reports for duty, under a lease.
--
-- The caller's session then holds the advisory lock of this worker, so that everybody sees at once
-- when the process dies; the lease is for a process that cannot be reached.
create or replace function ferry_state.register_worker(
    p_name        text,
    p_host        text,
    p_process_id  integer,
    p_version     text,
    p_concurrency integer,
    p_lease       interval
)
returns bigint
language plpgsql
as $$
declare
    v_id bigint;
begin
    insert into ferry_state.workers (name, host, process_id, version, concurrency)
    values (p_name, p_host, p_process_id, p_version, p_concurrency)
    returning id into v_id;
    -- Locked before the lease is visible: a lease without its lock is a dead worker.
    perform pg_advisory_lock(ferry_state.worker_lock(), v_id::integer);
    insert into ferry_state.worker_leases (worker_id, leased_until, heartbeat_at)
    values (v_id, clock_timestamp() + p_lease, clock_timestamp());
    perform ferry_state.record_event('production', 'worker_started', 'worker', v_id, p_name, null, null);
    return v_id;
end;
$$;
