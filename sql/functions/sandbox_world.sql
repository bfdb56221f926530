-- sandbox_world: the whole configuration of a sandbox and of production, for a check. Locks
-- nothing.
create or replace function ferry_state.sandbox_world(p_name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with environments (name) as (values ('production'), (p_name))
    select ferry_state.world_json(
        array(select id from ferry_state.databases
               where environment in (select name from environments)),
        array(select id from ferry_state.data_exports
               where environment in (select name from environments)),
        array(select id from ferry_state.destinations
               where environment in (select name from environments)),
        array(select id from ferry_state.data_templates
               where environment in (select name from environments)),
        array(select id from ferry_state.orchestrations
               where environment in (select name from environments)),
        array(select id from ferry_state.orchestration_groups
               where environment in (select name from environments)),
        '{}', '{}', '{}', false,
        array(select id from ferry_state.sandboxes where name = p_name), false)
$$;
