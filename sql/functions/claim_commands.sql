-- claim_commands: lock the lanes of the most urgent commands and return what waits in them, in
-- the order in which each lane is to apply it. Held until the transaction ends.
--
-- The first row returned has no command: its mark is what the next claim of this worker may pass
-- as p_mark to skip the dead rows before it. Every row that can still become visible, or is still
-- waiting, has xact >= mark.
-- Locks:  lane slots (a lane's commands are applied by one worker at a time); skips slots that
--         another worker holds, never waits.
create or replace function ferry_state.claim_commands(p_limit integer, p_mark xid8)
returns table (
    mark        xid8,
    id          bigint,
    lane        bigint,
    command     text,
    environment text,
    arguments   text,
    actor       text,
    attempts    smallint
)
language plpgsql
-- Statistics of a queue are always stale; these scans must follow their indexes.
set enable_seqscan = off
set jit = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
    v_lanes bigint[];
    v_tried integer[];
    v_taken bigint[];  -- lanes
    v_busy  integer[] := '{}';
begin
    perform ferry_state.release_due_commands(p_limit);

    for v_round in 1 .. 8 loop
        with candidate as materialized (
            select q.lane, row_number() over (order by q.priority, q.xact, q.command_id) as rank
              from generate_series(0, 3) as p (priority)
             cross join lateral (
                select lane, priority, xact, command_id
                  from ferry_state.command_queue
                 where priority = p.priority
                   and xact >= p_mark
                   and (lane & 1023)::integer <> all (v_busy)
                   and not exists (select from ferry_state.command_schedule as s
                                    where s.lane = command_queue.lane and s.attempts > 0)
                 order by xact, command_id
                 limit p_limit
             ) as q
             order by rank
             limit p_limit
        ),
        lanes as (
            select lane, min(rank) as rank from candidate group by lane
        )
        select array_agg(lane order by rank), array_agg(distinct (lane & 1023)::integer)
          into v_lanes, v_tried
          from lanes;
        exit when v_lanes is null;

        with taken as materialized (
            select slot
              from ferry_state.lane_slots
             where slot = any (v_tried)
             order by slot
               for update skip locked
        )
        -- "is true" makes it look lanes up in a hash, not compare each with each.
        select coalesce(array_agg(claimed.lane order by claimed.rank), '{}')
          into v_taken
          from unnest(v_lanes) with ordinality as claimed (lane, rank)
         where ((claimed.lane & 1023)::integer in (select slot from taken)) is true;
        exit when v_taken <> '{}';
        -- All of these lanes are being worked on: look past them.
        v_busy := v_busy || v_tried;
    end loop;

    return query
    select least(min(first.xact), pg_snapshot_xmin(pg_current_snapshot())),
           null::bigint, null::bigint, null::text, null::text, null::text, null::text,
           null::smallint
      from generate_series(0, 3) as p (priority)
     cross join lateral (
        select xact
          from ferry_state.command_queue
         where priority = p.priority and xact >= p_mark
         order by xact
         limit 1
     ) as first;

    if v_taken <> '{}' then
        -- A statement of its own: its snapshot was taken with the lanes locked, so it sees all
        -- that the worker before us did in them.
        return query
        select null::xid8, c.id, q.lane, c.command, c.environment, c.arguments::text, c.actor,
               q.attempts
          from unnest(v_taken) with ordinality as claimed (lane, rank)
          join ferry_state.command_queue as q on q.lane = claimed.lane and q.xact >= p_mark
          join ferry_state.commands as c on c.id = q.command_id
         where not exists (select from ferry_state.command_schedule as s
                            where s.lane = q.lane and s.attempts > 0)
         -- The most urgent lanes first, or a long lane would keep them out of the batch.
         order by claimed.rank, q.command_id
         limit p_limit;
    end if;
end;
$$;
