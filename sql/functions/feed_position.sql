-- feed_position: the current end of the feed: the current epoch and snapshot.
--
-- Without a key the epoch has not begun: nothing was written since a recovery. Number 0 is the time
-- before the first epoch.
create or replace function ferry.feed_position()
returns table (epoch integer, key text, now pg_snapshot)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(case when e.number = ferry_state.current_epoch() then e.number
                         else e.number + 1 end, 0),
           coalesce(case when e.number = ferry_state.current_epoch() then e.key end, ''),
           pg_current_snapshot()
      from (values (1)) as always
      left join (select number, key from ferry_state.epochs order by number desc limit 1) as e on true
$$;
