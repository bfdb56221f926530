-- prunings: how much of what was removed on which day, by whom; what was kept is newer than until.
create or replace view ferry.prunings with (security_barrier) as
select day, kind, removed, until, pruned_by
  from ferry_state.prunings
 where (select ferry_state.visible_environments(current_user)) <> '{}'
 order by day desc, kind, pruned_by;
