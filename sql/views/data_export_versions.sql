-- data_export_versions: every version of every export that was ever active, until it is pruned.
create or replace view ferry.data_export_versions with (security_barrier) as
select v.data_export_id, v.number as version, v.environment, v.name, v.database_id,
       d.name as database, v.tables, v.table_settings, v.activated_by, v.activated_at,
       v.command_id
  from ferry_state.data_export_versions as v
  left join ferry_state.databases as d on d.id = v.database_id
 where ferry_state.is_visible(v.environment, (select ferry_state.visible_environments(current_user)));
