-- free_work: release this worker's runs, tasks, messages and lookups of facts.
create or replace function ferry_state.free_work(p_worker bigint)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_runs  integer;
    v_tasks integer;
begin
    update ferry_state.runs set worker_id = null
     where worker_id = p_worker and finished_at is null;
    get diagnostics v_runs = row_count;
    update ferry_state.run_tasks set state = 'available', worker_id = null
     where worker_id = p_worker and state = 'running';
    get diagnostics v_tasks = row_count;
    update ferry_state.alert_deliveries set worker_id = null, due_at = clock_timestamp()
     where worker_id = p_worker;
    -- Counted as an attempt: if the lookup crashes workers, it must end as well.
    update ferry_state.command_waits set worker_id = null, attempts = attempts + 1
     where worker_id = p_worker;
    return v_runs + v_tasks;
end;
$$;
