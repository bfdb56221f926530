-- epochs: the successive histories of this database, as numbered by ferry.feed_position(): a new
-- one begins after a crash, a failover or a restore. The events of each have ids from first_id up
-- to, but not including, next_id.
create or replace view ferry.epochs with (security_barrier) as
select number, key, first_id, lead(first_id) over (order by number) as next_id, first_xact, began_at
  from ferry_state.epochs;
