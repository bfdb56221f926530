-- pruned_events: the removed months of events, who removed them and when, and the transactions that
-- had written them.
create or replace view ferry.pruned_events with (security_barrier) as
select partition, until, first_xact, last_xact, last_id, pruned_by, pruned_at
  from ferry_state.pruned_events;
