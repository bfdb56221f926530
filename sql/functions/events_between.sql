-- events_between: the events that became visible between two snapshots, in order.
--
-- Reading on from snapshot to snapshot (pg_current_snapshot()) yields every event exactly once,
-- however late its transaction commits; "id > last" would lose those of slow transactions.
-- Raises: FY014 when events that became visible since p_seen may have been pruned.
-- p_after skips events up to that id: to go on in the middle of what a reader had been given.
create or replace function ferry.events_between(
    p_seen  pg_snapshot,
    p_now   pg_snapshot,
    p_after bigint default 0,
    p_limit integer default 10000
)
returns setof ferry.events
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select ferry_state.refuse_pruned(p_seen);
    select id, at, environment, event, object_kind, object_id, object_name, run_id, command_id,
           actor, details
      from ferry_state.events
     where xact >= pg_snapshot_xmin(p_seen)
       and xact < pg_snapshot_xmax(p_now)
       and not pg_visible_in_snapshot(xact, p_seen)
       and pg_visible_in_snapshot(xact, p_now)
       and id > p_after
     order by id
     limit p_limit
$$;
