-- events_between: the events that became visible between two snapshots, in order, as far as the reader
-- may see them.
--
-- Reading on from snapshot to snapshot (pg_current_snapshot()) yields every event exactly once,
-- however late its transaction commits; "id > last" would lose those of slow transactions.
-- p_after skips events up to that id: to go on in the middle of what a reader had been given.
-- Raises: FY014 when events that became visible since p_seen may have been pruned.
create or replace function ferry.events_between(
    p_seen  pg_snapshot,
    p_now   pg_snapshot,
    p_after bigint default 0,
    p_limit integer default 10000
)
returns setof ferry.events
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_until constant timestamptz := (
        select max(until) from ferry.pruned_events
         where last_xact >= pg_snapshot_xmax(p_seen)
            -- One that was still running then may have written any of them.
            or exists (select from pg_snapshot_xip(p_seen) as x
                        where x between first_xact and last_xact));
begin
    if v_until is not null then
        raise exception using errcode = 'FY014',
            message = format('the events before %s were pruned, some of them after this place in the feed',
                             to_char(v_until at time zone 'UTC', 'YYYY-MM-DD')),
            hint = 'start without a cursor; what was configured is in ferry.object_versions, '
                || 'what runs sent in ferry.runs and ferry.run_files';
    end if;
    return query
    select *
      from ferry.events
     where xact >= pg_snapshot_xmin(p_seen)
       and xact < pg_snapshot_xmax(p_now)
       and not pg_visible_in_snapshot(xact, p_seen)
       and pg_visible_in_snapshot(xact, p_now)
       and id > p_after
     order by id
     limit p_limit;
end;
$$;
