-- feed_position: the present end of the feed: the epoch that goes on, and what is visible now.
--
-- Without a key the epoch has not begun: after a recovery, nothing was written yet. Number 0 is what
-- was before the first.
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
