-- leave: a worker hands back what it holds and goes.
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
    perform pg_notify('ferry_runs', '');
end;
$$;
