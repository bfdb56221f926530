-- claim_commands: lock the lanes of the most urgent commands and return what waits in them, in
-- the order in which each lane is to apply it. Held until the transaction ends. When more waits than
-- one batch takes, it is shared out between actors: see fair_candidates.
--
-- The first row returned has no command: its mark and id are what the next claim of this worker may
-- pass as p_mark and p_mark_id to skip the dead rows before them. Every row that can still become
-- visible, or is still waiting, has (xact, command_id) > (mark, id). The second row has no command
-- either: its marks are what the next claim may pass as p_marks.
-- p_settled: commands that this worker's last batch ended or came to wait for; null for a look at all
-- that is waited for. What waits for one of them that has ended is on the queue again.
-- Says with awake_until for how many milliseconds (p_awake) the worker that found something will go
-- on looking without being notified; see leave for when there is no worker.
-- Locks:  lane slots (a lane's commands are applied by one worker at a time); skips slots that
--         another worker holds, never waits.
create or replace function ferry_state.claim_commands(
    p_limit   integer,
    p_mark    xid8,
    p_mark_id bigint,
    p_marks   jsonb,
    p_settled bigint[],
    p_awake   integer
)
returns table (
    mark        xid8,
    id          bigint,
    lane        bigint,
    command     text,
    environment text,
    arguments   text,
    actor       text,
    attempts    smallint,
    login       text,  -- null: the actor
    marks       jsonb
)
language plpgsql
set search_path = pg_catalog, pg_temp
-- Statistics of a queue are always stale; these scans must follow their indexes.
set enable_seqscan = off
set jit = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan  -- arrays of many lanes would be planned each time
as $$
#variable_conflict use_column
declare
    v_slot     integer;
    v_looked   integer;    -- commands found by this round
    v_slots    integer[];  -- their lanes' slots
    v_locked   integer[];
    v_tried    bytea;      -- the slots that earlier rounds tried, locked or not
    v_lanes    bigint[]  := '{}';
    v_rooms    integer[] := '{}';  -- how many commands of each of these lanes the batch may take
    v_found    bigint[];
    v_share    integer[];
    v_marks    jsonb;  -- of the first round: it left nothing out
    v_commands integer := 0;
    v_more     integer;
begin
    if exists (select from ferry_state.command_cancellations) then
        v_found := ferry_state.cancel_commands(p_limit);
        p_settled := case when p_settled is not null then p_settled || v_found end;
    end if;
    perform ferry_state.release_due_commands(p_limit);
    perform ferry_state.release_waiting_commands(p_settled);

    select m.xact, m.id
      into p_mark, p_mark_id
      from (
        (select first.xact, first.command_id - 1 as id
           from generate_series(0, 3) as p (priority)
          cross join lateral (
             select xact, command_id
               from ferry_state.command_queue
              where priority = p.priority and (xact, command_id) > (p_mark, p_mark_id)
              order by xact, command_id
              limit 1
          ) as first
          order by xact, id
          limit 1)
        union all
        select pg_snapshot_xmin(pg_current_snapshot()), 0
      ) as m
     order by m.xact, m.id
     limit 1;
    return query
    select p_mark, p_mark_id, null::bigint, null::text, null::text, null::text, null::text,
           null::smallint, null::text, null::jsonb;

    -- The first commands are often in the hands of another worker: look past them until the batch
    -- is worth its commit.
    for v_round in 1 .. 8 loop
        select count(*), array_agg(lane), array_agg(p_limit)
          into v_looked, v_found, v_share
          from (
            select q.*
              from generate_series(0, 3) as p (priority)
             cross join lateral (
                select lane, priority, xact, command_id
                  from ferry_state.command_queue
                 where priority = p.priority and (xact, command_id) > (p_mark, p_mark_id)
                   and (v_tried is null
                        or get_bit(v_tried, ferry_state.lane_slot(lane)) = 0)
                 order by xact, command_id
                 limit p_limit
             ) as q
             order by q.priority, q.xact, q.command_id
             limit p_limit
          ) as candidate;
        exit when v_looked = 0;
        if v_looked >= p_limit then
            select array_agg(lane) filter (where lane is not null),
                   array_agg(room) filter (where lane is not null),
                   coalesce(v_marks, jsonb_object_agg(m.key, m.value)
                                     filter (where m.key is not null))
              into v_found, v_share, v_marks
              from ferry_state.fair_candidates(p_limit, p_mark, p_mark_id, v_tried, p_marks) as f
              left join lateral jsonb_each(f.marks) as m on true;
        end if;
        v_slots := array(select distinct ferry_state.lane_slot(lane)
                           from unnest(v_found) as f (lane));

        select array_agg(slot) into v_locked
          from (select slot
                  from ferry_state.lane_slots
                 where slot = any (v_slots)
                 order by slot
                   for update skip locked) as taken;

        -- "is true" makes it look slots up in a hash, not compare each with each.
        select count(*), v_lanes || array_agg(claimed.lane), v_rooms || array_agg(claimed.room)
          into v_more, v_lanes, v_rooms
          from unnest(v_found, v_share) as claimed (lane, room)
         where (ferry_state.lane_slot(claimed.lane) in (select unnest(v_locked))) is true;
        v_commands := v_commands + v_more;
        exit when v_looked < p_limit or v_commands * 2 >= p_limit or v_more = cardinality(v_found);

        -- A bit for each of the 8,192 slots.
        v_tried := coalesce(v_tried, decode(repeat('00', 1024), 'hex'));
        foreach v_slot in array v_slots loop
            v_tried := set_bit(v_tried, v_slot, 1);
        end loop;
    end loop;

    -- Even, but while senders have to look how many of theirs wait: see count_waiting. A time that
    -- no claim sets was left by the last worker that left, or by a clock that was set back.
    perform setval('ferry_state.awake_until',
                   (now_ms + case when v_commands > 0 then p_awake else 0 end) / 2 * 2
                       + (c.last_value > now_ms)::integer)
       from ferry_state.crowded_until as c, ferry_state.awake_until as a,
            cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now_ms
      where v_commands > 0 or a.last_value > now_ms + p_awake + 1;

    return query
    select null::xid8, null::bigint, null::bigint, null::text, null::text, null::text, null::text,
           null::smallint, null::text, v_marks;

    -- A statement of its own: its snapshot was taken with the lanes locked, so it sees all that
    -- the worker before us did in them. Lateral, each part with a limit: lanes are read in their
    -- order, each no further than is needed, whatever statistics say: a range of the lanes' index,
    -- since "lane = …" is looked for in the order of ids when most of the queue seems to be one lane.
    -- First what there is room for in each lane, or a long one would keep others out of the
    -- batch; then, while the batch is not full, what comes after that, of the most urgent first.
    return query
    with claimed as materialized (
        select l.lane, min(l.rank) as rank, least(sum(l.room), p_limit) as room
          from unnest(v_lanes, v_rooms) with ordinality as l (lane, room, rank)
         group by l.lane
         order by min(l.rank)
    )
    select null::xid8, c.id, q.lane, c.command, c.environment, c.arguments::text, c.actor,
           q.attempts, c.login, null::jsonb
      from (
        select q.*
          from claimed as l
         cross join lateral (
            select command_id, lane, attempts
              from ferry_state.command_queue
             where (lane, command_id) >= (l.lane, 0)
               and (lane, command_id) <= (l.lane, 9223372036854775807)
             order by lane, command_id
             limit l.room
         ) as q
        union all
        select q.*
          from claimed as l
         cross join lateral (
            select command_id, lane, attempts
              from ferry_state.command_queue
             where (lane, command_id) >= (l.lane, 0)
               and (lane, command_id) <= (l.lane, 9223372036854775807)
             order by lane, command_id
            offset l.room limit p_limit
         ) as q
         where l.room < p_limit
        limit p_limit
      ) as q
     cross join lateral (
        select id, command, environment, arguments, actor, login
          from ferry_state.commands where id = q.command_id
         limit 1
     ) as c
     limit p_limit;
end;
$$;
