-- register_worker: register a worker process, with a lease.
--
-- The caller's session is that of the worker: its end shows immediately that the process has ended;
-- the lease is for a process that cannot be reached.
create or replace function ferry_state.register_worker(
    p_name        text,
    p_host        text,
    p_process_id  integer,
    p_version     text,
    p_concurrency integer,
    p_lease       interval,
    p_credentials jsonb default '{}'  -- {"crm": {"kind": "postgres", "is_verified": true}}
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id bigint;
begin
    insert into ferry_state.workers (name, host, process_id, version, concurrency)
    values (p_name, p_host, p_process_id, p_version, p_concurrency)
    returning id into v_id;
    insert into ferry_state.worker_leases
           (worker_id, leased_until, heartbeat_at, backend_pid, backend_start, backend_role)
    select v_id, clock_timestamp() + p_lease, clock_timestamp(), pid, backend_start, usesysid
      from pg_stat_get_activity(pg_backend_pid());
    insert into ferry_state.worker_credentials (worker_id, name, kind, is_verified)
    select v_id, key, value ->> 'kind', (value ->> 'is_verified')::boolean
      from jsonb_each(p_credentials);
    perform ferry_state.record_event('production', 'worker_started', 'worker', v_id, p_name, null, null);
    return v_id;
end;
$$;
