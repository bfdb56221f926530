-- object_versions: what every object of the configuration was after each change of it, for ever; of a
-- data export, after each activation. definition is null where it was deleted.
--
-- changed says where the definition differs from that of the version before.
create or replace view ferry.object_versions with (security_barrier) as
with versions as not materialized (
    select environment, kind, destination, name, object_id, number, definition, actor, command_id, at
      from ferry_state.object_versions
    union all
    select v.environment, 'data_export', null, v.name, v.data_export_id, v.number,
           jsonb_build_object(
               'database', coalesce(d.name, (
                   select o.name from ferry_state.object_versions as o
                    where o.kind = 'database' and o.object_id = v.database_id
                    order by o.number desc limit 1)),
               'tables', v.tables, 'table_settings', v.table_settings),
           v.activated_by, v.command_id, v.activated_at
      from ferry_state.data_export_versions as v
      left join ferry_state.databases as d on d.id = v.database_id
)
select v.environment, v.kind, v.destination, v.name, v.object_id, v.number as version, v.definition,
       ferry.definition_changes(before.definition, v.definition) as changed,
       v.actor, v.command_id, v.at
  from versions as v
  left join versions as before
    on before.kind = v.kind and before.object_id = v.object_id and before.number = v.number - 1
 where ferry_state.is_visible(v.environment, (select ferry_state.visible_environments(current_user)))
    or v.environment is null and (select ferry_state.visible_environments(current_user)) <> '{}';
