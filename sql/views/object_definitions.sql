-- object_definitions: the definition of each object of the configuration, without ids, times or
-- actors, and with references to other objects by name, so that two environments, or two times, can
-- be compared.
--
-- The definition of a data export is its active version; an export that was never activated is not
-- included. A data template is identified by its destination and its name, every other object by
-- its name.
create or replace view ferry_state.object_definitions as
select environment, 'database' as kind, null::text as destination, name, id as object_id,
       jsonb_build_object('credential', credential) as definition
  from ferry_state.databases
union all
select e.environment, 'data_export', null, e.name, e.id,
       jsonb_build_object('database', d.name, 'tables', v.tables,
                          'table_settings', v.table_settings)
  from ferry_state.data_exports as e
  join ferry_state.data_export_versions as v
    on v.data_export_id = e.id and v.number = e.active_version
  join ferry_state.databases as d on d.id = v.database_id
union all
select environment, 'destination', null, name, id,
       jsonb_build_object('kind', kind, 'settings', settings,
                          'administrators_only', administrators_only)
  from ferry_state.destinations
union all
select t.environment, 'data_template', d.name, t.name, t.id,
       jsonb_build_object('settings', t.settings)
  from ferry_state.data_templates as t
  join ferry_state.destinations as d on d.id = t.destination_id
union all
select o.environment, 'orchestration', null, o.name, o.id,
       jsonb_build_object('data_export', e.name, 'destination', d.name, 'data_template', t.name)
  from ferry_state.orchestrations as o
  join ferry_state.data_exports as e on e.id = o.data_export_id
  join ferry_state.destinations as d on d.id = o.destination_id
  join ferry_state.data_templates as t on t.id = o.data_template_id
union all
select a.environment, 'alert', null, a.name, a.id,
       a.settings || case when o.id is null then '{}'
                          else jsonb_build_object('orchestration', o.name) end
  from ferry_state.alerts as a
  left join ferry_state.orchestrations as o on o.id = a.orchestration_id
union all
select g.environment, 'orchestration_group', null, g.name, g.id,
       jsonb_strip_nulls(jsonb_build_object(
           'orchestrations', (
               select jsonb_agg(o.name order by m.position)
                 from ferry_state.orchestration_group_members as m
                 join ferry_state.orchestrations as o on o.id = m.orchestration_id
                where m.group_id = g.id),
           'enabled', g.enabled,
           'manual', case when g.schedule is null and g.after_id is null then true end,
           'schedule', g.schedule, 'time_zone', g.time_zone, 'catch_up', g.catch_up,
           'after', a.name))
  from ferry_state.orchestration_groups as g
  left join ferry_state.orchestration_groups as a on a.id = g.after_id;
