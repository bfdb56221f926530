-- sandbox_changes: the changes in each sandbox and in production since the last sync, by object.
create or replace view ferry.sandbox_changes with (security_barrier) as
select s.name as sandbox, d.kind, d.destination, d.name, d.change, d.production_change, d.conflict,
       d.base as base_definition, d.sandbox as sandbox_definition,
       d.production as production_definition
  from ferry_state.sandbox_differences as d
  join ferry_state.sandboxes as s on s.id = d.sandbox_id
 where ferry_state.is_visible(s.name, (select ferry_state.visible_environments(current_user)))
   and ferry_state.is_visible('production', (select ferry_state.visible_environments(current_user)));
