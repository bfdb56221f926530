-- claim_task: take one task of a running run, under a new token. Null when there is none.
--
-- Largest tasks first: the last task to start should be a short one.
-- A run that has as many running tasks as its limits allow is passed over.
-- Locks: the task; skips tasks another claim holds. The worker's lease, as claim_run does. The run,
--        against whoever ends it (fail_run, finish_stop, retry_run_later): no task of it starts
--        afterwards, nor is done (finish_task).
create or replace function ferry_state.claim_task(p_worker bigint)
returns json
language plpgsql
as $$
declare
    v_task      ferry_state.run_tasks;
    v_candidate record;
    v_full      bigint[] := '{}';
begin
    loop
        select t.run_id, t.number, num_nonnulls(r.tasks_max, r.destination_tasks_max) as limits
          into v_candidate
          from ferry_state.runs as r
          join ferry_state.run_tasks as t on t.run_id = r.id and t.run_token = r.token
          join ferry_state.worker_leases as l on l.worker_id = p_worker
         where r.finished_at is null and r.state = 'running' and r.worker_id is not null
           and t.state = 'available' and r.id <> all (v_full)
         order by t.run_id, t.rows_estimated desc, t.number
         limit 1
           for update of t skip locked
           for key share of l
           for key share of r skip locked;
        if not found then
            return null;
        end if;
        if v_candidate.limits > 0 and ferry_state.is_at_limit(v_candidate.run_id) then
            v_full := v_full || v_candidate.run_id;
            continue;
        end if;
        -- Asked again: the run may have ended before its lock was ours.
        update ferry_state.run_tasks as t
           set state = 'running', token = nextval('ferry_state.tokens'), worker_id = p_worker,
               started_at = clock_timestamp()
          from ferry_state.runs as r
         where t.run_id = v_candidate.run_id and t.number = v_candidate.number
           and r.id = t.run_id and r.token = t.run_token
           and r.state = 'running' and r.worker_id is not null
        returning t.* into v_task;
        exit when found;
    end loop;
    perform ferry_state.record_run_event(
        v_task.run_id, 'task_started', ferry_state.task_tables(v_task.run_id, v_task.number));
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
