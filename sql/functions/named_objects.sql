-- named_objects: these objects by the keys that determine their lanes.
create or replace function ferry_state.named_objects(
    p_databases      bigint[],
    p_exports        bigint[],
    p_destinations   bigint[],
    p_templates      bigint[],
    p_orchestrations bigint[],
    p_groups         bigint[],
    p_runs           bigint[],
    p_alerts         bigint[]
)
returns table (kind text, id bigint, environment text, key text, second_key text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select 'database', id, environment, key, null
      from ferry_state.databases where id = any (p_databases)
    union all
    select 'data_export', id, environment, key, null
      from ferry_state.data_exports where id = any (p_exports)
    union all
    select 'destination', id, environment, key, null
      from ferry_state.destinations where id = any (p_destinations)
    union all
    select 'data_template', t.id, t.environment, d.key, t.key
      from ferry_state.data_templates as t
      join ferry_state.destinations as d on d.id = t.destination_id
     where t.id = any (p_templates)
    union all
    select 'orchestration', id, environment, key, null
      from ferry_state.orchestrations where id = any (p_orchestrations)
    union all
    select 'orchestration_group', id, environment, key, null
      from ferry_state.orchestration_groups where id = any (p_groups)
    union all
    select 'run', id, environment, id::text, null
      from ferry_state.runs where id = any (p_runs)
    union all
    select 'alert', id, environment, key, null
      from ferry_state.alerts where id = any (p_alerts)
$$;
