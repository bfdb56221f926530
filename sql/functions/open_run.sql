-- open_run: make the tasks of a run available to all workers, after its tables are locked and its
-- snapshot is taken.
--
-- Tasks of an earlier attempt are replaced: all tables of a run come from one snapshot.
-- p_reads: [{"number", "task", "schema", "table", "part", "parts", "file",
--           "source", "columns", "rows_estimated"}]; task is the number of the task's first read.
-- Returns false, and does nothing, when the run is no longer the caller's.
create or replace function ferry_state.open_run(
    p_run         bigint,
    p_token       bigint,
    p_worker      bigint,
    p_snapshot_id text,
    p_snapshot_at timestamptz,
    p_reads       jsonb
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update ferry_state.runs
       set snapshot_id = p_snapshot_id, snapshot_at = p_snapshot_at
     where id = p_run and token = p_token and worker_id = p_worker and state = 'running';
    if not found then
        return false;
    end if;
    delete from ferry_state.task_progress where run_id = p_run;
    delete from ferry_state.run_tasks where run_id = p_run;
    insert into ferry_state.run_tasks (run_id, number, run_token, rows_estimated)
    select p_run, task, p_token, sum(rows_estimated)
      from jsonb_to_recordset(p_reads) as r (task integer, rows_estimated bigint)
     group by task order by task;
    insert into ferry_state.run_reads
           (run_id, number, task, table_schema, table_name, part, parts, file, source, columns,
            rows_estimated)
    select p_run, number, task, schema, "table", part, parts, file, source, columns,
           rows_estimated
      from jsonb_to_recordset(p_reads) as r (
          number integer, task integer, schema text, "table" text, part integer, parts integer,
          file text, source text, columns jsonb, rows_estimated bigint)
     order by number;
    perform ferry_state.record_run_event(p_run, 'snapshot_taken', jsonb_build_object(
        'snapshot_at', p_snapshot_at, 'tables', (
            select count(distinct (t -> 'schema', t -> 'table'))
              from jsonb_array_elements(p_reads) as t)));
    perform pg_notify('ferry_runs', '');
    return true;
end;
$$;
