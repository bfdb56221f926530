-- data_templates: named file settings of a destination.
create or replace view ferry.data_templates with (security_barrier) as
select t.id, t.environment, d.name as destination, t.name, t.settings, t.created_by, t.created_at
  from ferry_state.data_templates as t
  join ferry_state.destinations as d on d.id = t.destination_id
 where ferry_state.is_visible(t.environment, (select ferry_state.visible_environments(current_user)));
