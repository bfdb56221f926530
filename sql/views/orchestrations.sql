-- orchestrations: which export is sent to which destination, with which template, and its last run.
create or replace view ferry.orchestrations with (security_barrier) as
select o.id, o.environment, o.name, 'database_export' as type, e.name as data_export,
       d.name as destination, t.name as data_template, r.id as last_run,
       r.state as last_run_state, o.created_by, o.created_at
  from ferry_state.orchestrations as o
  join ferry_state.data_exports as e on e.id = o.data_export_id
  join ferry_state.destinations as d on d.id = o.destination_id
  join ferry_state.data_templates as t on t.id = o.data_template_id
  left join lateral (
      select id, state from ferry_state.runs where orchestration_id = o.id order by id desc limit 1
  ) as r on true
 where ferry_state.is_visible(o.environment, (select ferry_state.visible_environments(current_user)));
