-- epochs: the histories of this database, one after the other, as ferry.feed_position() numbers them:
-- a new one begins after a crash, a failover or a restore. The events of each have ids from first_id up
-- to next_id, without it.
create or replace view ferry.epochs with (security_barrier) as
select number, key, first_id, lead(first_id) over (order by number) as next_id, first_xact, began_at
  from ferry_state.epochs;
