-- destinations: where files or rows are delivered.
create or replace view ferry.destinations with (security_barrier) as
select id, environment, name, kind, settings, administrators_only, created_by, created_at
  from ferry_state.destinations
 where ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)));
