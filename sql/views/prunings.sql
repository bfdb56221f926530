-- prunings: the number of records removed of each kind, on each day and by each role; records older
-- than until were removed.
create or replace view ferry.prunings with (security_barrier) as
select day, kind, removed, until, pruned_by
  from ferry_state.prunings
 where (select ferry_state.visible_environments(current_user)) <> '{}'
 order by day desc, kind, pruned_by;
