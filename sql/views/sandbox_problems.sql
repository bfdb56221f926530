-- sandbox_problems: the problems that the last check of each sandbox found. Errors prevent its
-- promotion.
create or replace view ferry.sandbox_problems with (security_barrier) as
select s.name as sandbox, p.severity, p.object_kind, p.object_name, p.message, p.since
  from ferry_state.sandbox_problems as p
  join ferry_state.sandboxes as s on s.id = p.sandbox_id
 where ferry_state.is_visible(s.name, (select ferry_state.visible_environments(current_user)));
