-- save_runs: write the runs that commands started or told to stop, and wake the workers.
create or replace function ferry_state.save_runs(p_runs json)
returns void
language plpgsql
as $$
begin
    insert into ferry_state.runs
           (id, environment, orchestration_id, orchestration_name, data_export_id,
            data_export_name, data_export_version, database_id, destination_id,
            destination_name, inputs, resolves, resolution, state, created_by, finished_at,
            group_run_id, group_id, group_name)
    select id, environment, orchestration_id, orchestration_name, data_export_id,
           data_export_name, data_export_version, database_id, destination_id,
           destination_name, inputs, resolves, resolution, state, created_by,
           case when state = 'stopped' then now() end, group_run_id, group_id, group_name
      from json_to_recordset(p_runs) as r (
          id bigint, environment text, orchestration_id bigint, orchestration_name text,
          data_export_id bigint, data_export_name text, data_export_version integer,
          database_id bigint, destination_id bigint, destination_name text, inputs jsonb,
          resolves bigint, resolution text, state text, created_by text, group_run_id bigint,
          group_id bigint, group_name text)
    on conflict (id) do update
       set state = excluded.state,
           retry_at = null,
           finished_at = excluded.finished_at;
    perform ferry_state.settle_group_run((r ->> 'id')::bigint)
       from json_array_elements(p_runs) as r
      where r ->> 'state' = 'stopped' and r ->> 'group_run_id' is not null;
    perform pg_notify('ferry_runs', '');
end;
$$;
