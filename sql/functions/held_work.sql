-- held_work: the runs and tasks that a worker holds, with their tokens.
--
-- task: null for a run.
create or replace function ferry_state.held_work(p_worker bigint)
returns table (run bigint, task integer, token bigint)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select id, null::integer, runs.token from ferry_state.runs
     where worker_id = p_worker and finished_at is null
    union all
    select run_id, number, run_tasks.token from ferry_state.run_tasks
     where worker_id = p_worker and state = 'running'
$$;
