-- release_task: release a task, so that any worker can claim it again.
--
-- Returns false, and does nothing, when the task is no longer the caller's.
create or replace function ferry_state.release_task(
    p_run    bigint,
    p_number integer,
    p_token  bigint,
    p_worker bigint
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update ferry_state.run_tasks set state = 'available', worker_id = null
     where run_id = p_run and number = p_number and token = p_token and worker_id = p_worker
       and state = 'running';
    if found then
        perform pg_notify('ferry_runs', '');
        return true;
    end if;
    return false;
end;
$$;
