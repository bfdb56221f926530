-- events_between: the events that became visible between two snapshots, in order, as far as the
-- reader can view them: at most p_limit of those after the id p_after, and none only if there are
-- no more.
--
-- Reading from snapshot to snapshot (ferry.feed_position()) returns every event exactly once, even
-- if its transaction commits late; "id > last" would lose those of slow transactions. Both
-- snapshots are from one epoch, the last one unless p_epoch names another: see ferry.epochs.
--
-- The cost depends on the number of events that became visible, not on the number of existing
-- events, nor on the number written since the oldest running transaction began.
-- Raises: FY014 when events that became visible since p_seen may have been pruned.
create or replace function ferry.events_between(
    p_seen  pg_snapshot,
    p_now   pg_snapshot,
    p_after bigint default 0,
    p_limit integer default 10000,
    p_epoch integer default null
)
returns setof ferry.events
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Each scan must use an index, regardless of the statistics of this month's events.
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    c_end    constant bigint := 9223372036854775806;
    v_begin  bigint := 0;      -- the ids of the epoch, v_end excluded
    v_end    bigint := c_end;
    v_late   constant xid8[] := array(  -- still running when p_seen was taken
        select x from pg_snapshot_xip(p_seen) as x where pg_visible_in_snapshot(x, p_now));
    v_low    bigint;           -- no event of a transaction that began after p_seen is left up to here
    v_high   bigint;
    v_stop   bigint;
    v_last   bigint;           -- of such a transaction
    v_until  timestamptz;
    v_window bigint := greatest(p_limit, 100);
begin
    select first_id, coalesce(next_id, c_end) into v_begin, v_end
      from ferry.epochs
     where number = coalesce(p_epoch, (select max(number) from ferry.epochs));
    if not found then
        v_begin := 0;
        v_end := coalesce((select min(first_id) from ferry.epochs where p_epoch = 0), c_end);
    end if;

    select max(until) into v_until
      from ferry.pruned_events
     where last_id >= v_begin
       and (last_xact >= pg_snapshot_xmax(p_seen)
            -- A transaction that was still running then may have written any of them.
            or exists (select from pg_snapshot_xip(p_seen) as x
                        where x between first_xact and last_xact));
    if v_until is not null then
        raise exception using errcode = 'FY014',
            message = format('events before %s were pruned, including some after this position in the feed',
                             to_char(v_until at time zone 'UTC', 'YYYY-MM-DD')),
            hint = 'start without a cursor; the history of the configuration is in ferry.object_versions, '
                || 'deliveries are in ferry.runs and ferry.run_files';
    end if;

    -- In the middle of these events: continue by id.
    select id into v_low
      from ferry.events
     where id = p_after and not pg_visible_in_snapshot(xact, p_seen) and xact <> all (v_late);
    loop
        if v_last is null and (v_low is null or v_high is not null) then
            -- "+ 0" makes the search use the index on transactions.
            select coalesce(v_low, min(id + 0) - 1), max(id + 0) into v_low, v_last
              from ferry.events
             where xact >= pg_snapshot_xmax(p_seen) and xact < pg_snapshot_xmax(p_now)
               and id + 0 > coalesce(v_low, p_after) and id + 0 >= v_begin and id + 0 < v_end;
            v_last := coalesce(v_last, 0);
        end if;
        -- After the last of them only late ones are left.
        v_high := case when v_low < v_last or v_last is null then least(v_low, c_end - v_window) + v_window
                       else c_end end;
        v_stop := least(v_high + 1, v_last + 1, v_end);
        return query
        select * from (
            -- One by one, as a range of one, so that the index on transactions is used regardless
            -- of the estimated number of events per transaction.
            select e.* from unnest(v_late) as late (xact)
             cross join lateral (
                select * from ferry.events
                 where xact >= late.xact and xact <= late.xact
                   and id + 0 > p_after and id + 0 <= v_high and id + 0 >= v_begin
                   and id + 0 < v_end
                 order by id
                 limit p_limit
             ) as e
            union all
            select * from ferry.events
             where id > v_low and id < v_stop
               and not pg_visible_in_snapshot(xact, p_seen) and xact <> all (v_late)
               and pg_visible_in_snapshot(xact, p_now)
        ) as found
         order by id
         limit p_limit;
        exit when found or v_high = c_end;
        v_low := v_high;
        v_window := v_window * 2;
    end loop;
end;
$$;
