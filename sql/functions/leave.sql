-- leave: release the work of a worker and deregister it.
--
-- After the last worker has left there are no listeners: until the first claim of the next one,
-- senders do not notify, because their commits would wait for each other without any use.
create or replace function ferry_state.leave(p_worker bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text;
begin
    perform ferry_state.free_work(p_worker);
    delete from ferry_state.worker_leases where worker_id = p_worker;
    if found then
        update ferry_state.workers set ended_at = clock_timestamp() where id = p_worker
        returning name into v_name;
        perform ferry_state.record_event('production', 'worker_stopped', 'worker', p_worker, v_name,
                                         null, null);
    end if;
    perform setval('ferry_state.awake_until', 9223372036854775806)  -- even: see claim_commands
      where not exists (select from ferry_state.worker_leases);
    perform pg_notify('ferry_runs', '');
end;
$$;
