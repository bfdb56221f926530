-- sandboxes: each sandbox, the number of its differences from production, and its problems.
create or replace view ferry.sandboxes with (security_barrier) as
select s.id, s.name, s.description, s.created_by, s.created_at, s.synced_at,
       coalesce(d.production_changes, 0) = 0 as in_sync, coalesce(d.changes, 0) as changes,
       coalesce(d.production_changes, 0) as production_changes,
       coalesce(d.conflicts, 0) as conflicts,
       p.errors, p.warnings, c.checked_at
  from ferry_state.sandboxes as s
  left join ferry_state.sandbox_checks as c on c.sandbox_id = s.id
  -- All together: the differences of one are computed with those of all.
  left join (
      select sandbox_id, count(change) as changes, count(production_change) as production_changes,
             count(*) filter (where conflict) as conflicts
        from ferry_state.sandbox_differences group by sandbox_id
  ) as d on d.sandbox_id = s.id
 cross join lateral (
      select count(*) filter (where severity = 'error') as errors,
             count(*) filter (where severity = 'warning') as warnings
        from ferry_state.sandbox_problems where sandbox_id = s.id
  ) as p
 where ferry_state.is_visible(s.name, (select ferry_state.visible_environments(current_user)))
    or ferry_state.is_visible('production', (select ferry_state.visible_environments(current_user)));
