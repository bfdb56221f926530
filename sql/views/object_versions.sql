-- object_versions: the definition of every object of the configuration after each change, newest
-- first; of a data export, after each activation. definition is null if it was deleted. For how
-- long versions are kept, see prune_versions.
--
-- changed contains the differences from the previous version, if that is kept. Looked up row by
-- row, so that only the newest rows are read.
create or replace view ferry.object_versions with (security_barrier) as
with versions as not materialized (
    select environment, kind, destination, name, object_id, number, definition, actor, command_id, at
      from ferry_state.object_versions
    union all
    select v.environment, 'data_export', null, v.name, v.data_export_id, v.number,
           jsonb_build_object(
               'database', coalesce(
                   (select d.name from ferry_state.databases as d where d.id = v.database_id),
                   (select o.name from ferry_state.object_versions as o
                     where o.kind = 'database' and o.object_id = v.database_id
                     order by o.number desc limit 1)),
               'tables', v.tables, 'table_settings', v.table_settings),
           v.activated_by, v.command_id, v.activated_at
      from ferry_state.data_export_versions as v
)
select v.environment, v.kind, v.destination, v.name, v.object_id, v.number as version, v.definition,
       ferry.definition_changes(before.definition, v.definition) as changed,
       v.actor, v.command_id, v.at
  from versions as v
  left join lateral (
      select b.definition from versions as b
       where b.kind = v.kind and b.object_id = v.object_id and b.number = v.number - 1
       limit 1
  ) as before on true
 where ferry_state.is_visible(v.environment, (select ferry_state.visible_environments(current_user)))
    or v.environment is null and (select ferry_state.visible_environments(current_user)) <> '{}'
 order by v.at desc;
