-- sandboxes: each sandbox, how far it is from production, and whether anything is wrong in it.
create or replace view ferry.sandboxes with (security_barrier) as
select s.id, s.name, s.description, s.created_by, s.created_at, s.synced_at,
       d.production_changes = 0 as in_sync, d.changes, d.production_changes, d.conflicts,
       p.errors, p.warnings, c.checked_at
  from ferry_state.sandboxes as s
  left join ferry_state.sandbox_checks as c on c.sandbox_id = s.id
 cross join lateral (
      select count(change) as changes, count(production_change) as production_changes,
             count(*) filter (where conflict) as conflicts
        from ferry_state.sandbox_differences where sandbox_id = s.id
  ) as d
 cross join lateral (
      select count(*) filter (where severity = 'error') as errors,
             count(*) filter (where severity = 'warning') as warnings
        from ferry_state.sandbox_problems where sandbox_id = s.id
  ) as p
 where ferry_state.is_visible(s.name, (select ferry_state.visible_environments(current_user)))
    or ferry_state.is_visible('production', (select ferry_state.visible_environments(current_user)));
