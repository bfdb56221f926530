-- claim_task: claim one task of a running run, with a new token. Null when there is none.
--
-- Largest tasks first: the last task to start should be a short one. Skips a run that has as many
-- running tasks as its limits allow, and a run whose limits another claim is counting; the claim
-- that counts wakes the others if there is capacity left.
-- Locks: the worker's lease, as claim_run does; the only lock that a claim can wait for, so it
--   comes first. The run's limits (is_at_limit). The task; skips tasks another claim holds. The
--   run, against functions that end it (fail_run, finish_stop, retry_run_later): afterwards none of
--   its tasks starts or completes (finish_task).
create or replace function ferry_state.claim_task(p_worker bigint)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run  record;
    v_task ferry_state.run_tasks;
begin
    for v_run in
        select r.id, num_nonnulls(r.tasks_max, r.destination_tasks_max) > 0 as is_limited
          from ferry_state.runs as r
         where r.finished_at is null and r.state = 'running' and r.worker_id is not null
           and exists (select from ferry_state.run_tasks as t
                        where t.run_id = r.id and t.run_token = r.token and t.state = 'available')
         order by r.id
    loop
        perform from ferry_state.worker_leases where worker_id = p_worker for key share;
        if not found then
            return null;
        end if;
        continue when v_run.is_limited and ferry_state.is_at_limit(v_run.id);
        with candidate as materialized (
            select t.run_id, t.number
              from ferry_state.runs as r
              join ferry_state.run_tasks as t on t.run_id = r.id and t.run_token = r.token
             where r.id = v_run.id and r.state = 'running' and r.worker_id is not null
               and t.state = 'available'
             order by t.rows_estimated desc, t.number
             limit 1
               for update of t skip locked
               for key share of r skip locked
        )
        -- Checked again: the run may have ended before we locked it.
        update ferry_state.run_tasks as t
           set state = 'running', token = nextval('ferry_state.tokens'), worker_id = p_worker,
               started_at = clock_timestamp()
          from candidate as c, ferry_state.runs as r
         where t.run_id = c.run_id and t.number = c.number
           and r.id = t.run_id and r.token = t.run_token
           and r.state = 'running' and r.worker_id is not null
        returning t.* into v_task;
        exit when v_task.run_id is not null;
    end loop;
    if v_task.run_id is null then
        return null;
    end if;
    perform ferry_state.record_run_event(
        v_task.run_id, 'task_started', ferry_state.task_tables(v_task.run_id, v_task.number));
    -- Other claims that found our locks considered the run, or the destination, full.
    if v_run.is_limited and ferry_state.has_room(v_task.run_id) then
        perform pg_notify('ferry_runs', '');
    end if;
    return (
        select json_build_object(
            'run_id', r.id, 'number', v_task.number, 'token', v_task.token,
            'run_token', v_task.run_token, 'snapshot_id', r.snapshot_id,
            'snapshot_time', (extract(epoch from r.snapshot_at) * 1000000)::bigint,
            'export', r.data_export_name,
            'inputs', r.inputs, 'bytes_per_second', ferry_state.task_rate(r.id),
            'reads', (select json_agg(json_build_object(
                          'number', number, 'schema', table_schema, 'table', table_name,
                          'file', file, 'source', source, 'columns', columns) order by number)
                        from ferry_state.run_reads
                       where run_id = v_task.run_id and task = v_task.number))
          from ferry_state.runs as r where r.id = v_task.run_id);
end;
$$;
