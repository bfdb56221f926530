-- save_runs: write the runs that commands started, stopped or abandoned, and wake the workers.
--
-- An abandoned run has no worker any more, and a new token: later writes of its worker affect no
-- row.
create or replace function ferry_state.save_runs(p_runs json)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_abandoned record;
begin
    insert into ferry_state.runs
           (id, environment, orchestration_id, orchestration_name, data_export_id,
            data_export_name, data_export_version, database_id, destination_id,
            destination_name, inputs, resolves, resolution, state, created_by, finished_at,
            group_run_id, group_id, group_name)
    select id, environment, orchestration_id, orchestration_name, data_export_id,
           data_export_name, data_export_version, database_id, destination_id,
           destination_name, inputs, resolves, resolution, state, created_by,
           case when state in ('stopped', 'failed') then now() end, group_run_id, group_id,
           group_name
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
    for v_abandoned in
        select id, failure ->> 'code' as code, failure ->> 'origin' as origin,
               failure ->> 'message' as message, failure ->> 'hint' as hint
          from json_to_recordset(p_runs) as r (id bigint, state text, failure json)
         where state = 'failed'
    loop
        update ferry_state.runs
           set token = nextval('ferry_state.tokens'), worker_id = null,
               error_code = v_abandoned.code, error_origin = v_abandoned.origin,
               error_message = v_abandoned.message, error_hint = v_abandoned.hint
         where id = v_abandoned.id;
        perform ferry_state.tell_alerts(v_abandoned.id, array['failure', 'runtime']);
    end loop;
    perform ferry_state.settle_group_run((r ->> 'id')::bigint)
       from json_array_elements(p_runs) as r
      where r ->> 'state' in ('stopped', 'failed') and r ->> 'group_run_id' is not null;
    perform pg_notify('ferry_runs', '');
end;
$$;
