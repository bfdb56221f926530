-- record_run_event: append one event of a run.
create or replace function ferry_state.record_run_event(p_run bigint, p_event text, p_details jsonb)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select ferry_state.record_event(r.environment, p_event, 'run', r.id, r.data_export_name, r.id,
                                    p_details)
      from ferry_state.runs as r where r.id = p_run
$$;
