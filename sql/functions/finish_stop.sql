-- finish_stop: record that a stopping run has ended, with nothing visible.
--
-- Returns false, and does nothing, when the run is no longer the caller's.
create or replace function ferry_state.finish_stop(p_run bigint, p_token bigint, p_worker bigint)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Waits for claims and ends of its tasks that are in progress, see claim_task.
    perform from ferry_state.runs where id = p_run for update;
    update ferry_state.runs
       set state = 'stopped', worker_id = null, finished_at = clock_timestamp()
     where id = p_run and token = p_token and worker_id = p_worker and state = 'stopping';
    if not found then
        return false;
    end if;
    delete from ferry_state.task_progress where run_id = p_run;
    perform ferry_state.record_run_event(p_run, 'run_stopped', null);
    perform ferry_state.settle_group_run(p_run);
    perform pg_notify('ferry_runs', '');
    return true;
end;
$$;
