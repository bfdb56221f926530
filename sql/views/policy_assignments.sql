-- policy_assignments: the policies that are granted or denied to each role; environment null: all
-- environments.
create or replace view ferry.policy_assignments with (security_barrier) as
select id, role, policy, environment, denial, options, created_by, created_at
  from ferry_state.policy_assignments
 where ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)))
    or environment is null and (select ferry_state.visible_environments(current_user)) <> '{}';
