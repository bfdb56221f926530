-- data_exports: the status of every data export.
create or replace view ferry.data_exports with (security_barrier) as
select e.id,
       e.environment,
       e.name,
       case when e.active_version is null then 'draft'
            when e.draft is null then 'active'
            else 'active with draft' end as status,
       coalesce(d.name, dd.name) as database,
       coalesce(v.tables, e.draft -> 'tables') as tables,
       coalesce(v.table_settings, e.draft -> 'table_settings') as table_settings,
       e.active_version as version,
       v.activated_by,
       v.activated_at,
       dd.name as draft_database,
       e.draft -> 'tables' as draft_tables,
       e.draft -> 'table_settings' as draft_table_settings,
       e.draft ->> 'opened_by' as draft_opened_by,
       e.created_by,
       e.created_at,
       e.changed_at,
       r.id as last_run,
       r.state as last_run_state,
       coalesce(r.finished_at, r.started_at, r.created_at) as last_run_at,
       array(select o.name from ferry_state.orchestrations as o
              where o.data_export_id = e.id order by o.name) as orchestrations
  from ferry_state.data_exports as e
  left join ferry_state.data_export_versions as v
    on v.data_export_id = e.id and v.number = e.active_version
  left join ferry_state.databases as d on d.id = v.database_id
  left join ferry_state.databases as dd on dd.id = (e.draft ->> 'database_id')::bigint
  left join lateral (
      select * from ferry_state.runs where data_export_id = e.id order by id desc limit 1
  ) as r on true
 where ferry_state.is_visible(e.environment, (select ferry_state.visible_environments(current_user)));
