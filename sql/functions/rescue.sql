-- rescue: release the runs and tasks of lost workers, so that others can claim them with new
-- tokens.
--
-- Returns the number of released runs and tasks.
create or replace function ferry_state.rescue(p_workers bigint[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_freed integer := 0;
    v_worker record;
begin
    for v_worker in
        with gone as (
            delete from ferry_state.worker_leases where worker_id = any (p_workers)
            returning worker_id
        ),
        ended as (
            update ferry_state.workers as w set ended_at = clock_timestamp()
              from gone where w.id = gone.worker_id
            returning w.id, w.name
        )
        select id, name from ended order by id
    loop
        v_freed := v_freed + ferry_state.free_work(v_worker.id);
        perform ferry_state.record_event('production', 'worker_lost', 'worker', v_worker.id,
                                         v_worker.name, null, null);
    end loop;
    if v_freed > 0 then
        perform pg_notify('ferry_runs', '');
    end if;
    return v_freed;
end;
$$;
