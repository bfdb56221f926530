-- finish_task: record that the files of a task are staged, complete and durable.
--
-- p_files:   [{"read", "name", "rows", "bytes", "sha256", "pgp_key"?, "hazards"?}], in order; read
--            is the number of the read with the file's rows.
-- p_archive: the archive with all of these files, in the same format; null if there is none.
-- Returns false, and does nothing, when the task is no longer the caller's, or its run no longer
-- waits for it.
create or replace function ferry_state.finish_task(
    p_run     bigint,
    p_number  integer,
    p_token   bigint,
    p_worker  bigint,
    p_files   jsonb,
    p_archive jsonb default null
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_rows  bigint;
    v_bytes bigint;
begin
    select coalesce(sum(rows), 0), coalesce(sum(bytes), 0) into v_rows, v_bytes
      from jsonb_to_recordset(p_files) as f (rows bigint, bytes bigint);
    v_bytes := coalesce((p_archive ->> 'bytes')::bigint, v_bytes);
    -- No task completes after its run has ended: see claim_task.
    perform from ferry_state.runs where id = p_run for key share;
    update ferry_state.run_tasks as t
       set state = 'done', rows = v_rows, bytes = v_bytes, archive = p_archive,
           finished_at = clock_timestamp()
     where run_id = p_run and number = p_number and token = p_token and worker_id = p_worker
       and state = 'running'
       and exists (select from ferry_state.runs as r
                    where r.id = t.run_id and r.state = 'running' and r.token = t.run_token);
    if not found then
        return false;
    end if;
    update ferry_state.run_reads as r
       set rows = f.rows, bytes = f.bytes, files = f.files
      from (select (value ->> 'read')::integer as read,
                   sum((value ->> 'rows')::bigint) as rows,
                   sum((value ->> 'bytes')::bigint) as bytes,
                   jsonb_agg(value - 'read' order by ordinality) as files
              from jsonb_array_elements(p_files) with ordinality
             group by 1) as f
     where r.run_id = p_run and r.task = p_number and r.number = f.read;
    delete from ferry_state.task_progress where run_id = p_run and number = p_number;
    perform ferry_state.record_run_event(
        p_run, 'task_done', ferry_state.task_tables(p_run, p_number)
                            || jsonb_build_object('rows', v_rows, 'bytes', v_bytes));
    -- The worker in charge checks each second, and is woken only near the end; others wait for
    -- capacity.
    if (select count(*) from (select from ferry_state.run_tasks
                               where run_id = p_run and state <> 'done' limit 17) as t) < 17
       or exists (select from ferry_state.runs
                   where id = p_run and num_nonnulls(tasks_max, destination_tasks_max) > 0)
    then
        perform pg_notify('ferry_runs', '');
    end if;
    return true;
end;
$$;
