-- claim_commands: lock the lanes of the most urgent commands and return their waiting commands, in
-- the order in which each lane applies them. The locks are held until the transaction ends. If more
-- commands wait than fit into one batch, the batch is divided between actors: see fair_candidates.
--
-- The first row returned has no command: the next claim of this worker can pass its mark and id as
-- p_mark and p_mark_id to skip the dead rows before them. Every row that can still become visible,
-- or is still waiting, has (xact, command_id) > (mark, id). The second row has no command either:
-- the next claim can pass its marks as p_marks.
-- p_settled: commands that this worker's last batch ended or started to wait for; null to check all
-- awaited commands. Commands that wait for one of them that has ended return to the queue. Sets
-- awake_until to show for how many milliseconds (p_awake) the worker that found something will poll
-- without notifications; see leave for when there is no worker.
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
    v_looked   integer;    -- commands found in this round
    v_slots    integer[];  -- their lanes' slots
    v_locked   integer[];
    v_tried    bytea;      -- slots that earlier rounds tried, locked or not
    v_lanes    bigint[]  := '{}';
    v_rooms    integer[] := '{}';  -- maximum number of commands of each of these lanes in the batch
    v_found    bigint[];
    v_share    integer[];
    v_marks    jsonb;  -- of the first round, which omitted nothing
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

    -- Another worker often holds the first commands: search past them until the batch is worth its
    -- commit.
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

        -- "is true" makes it look up slots in a hash instead of comparing each with each.
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

    -- Even, except while senders have to count their waiting commands: see count_waiting. A time
    -- that no claim sets was left by the last worker that deregistered, or by a clock that was set
    -- back.
    perform setval('ferry_state.awake_until',
                   (now_ms + case when v_commands > 0 then p_awake else 0 end) / 2 * 2
                       + (c.last_value > now_ms)::integer)
       from ferry_state.crowded_until as c, ferry_state.awake_until as a,
            cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now_ms
      where v_commands > 0 or a.last_value > now_ms + p_awake + 1;

    return query
    select null::xid8, null::bigint, null::bigint, null::text, null::text, null::text, null::text,
           null::smallint, null::text, v_marks;

    -- A separate statement: its snapshot is taken with the lanes locked, so it sees all changes of
    -- the previous worker in them. Lateral, each part with a limit: lanes are read in their order,
    -- each no further than needed, regardless of statistics: a range of the lanes' index, because
    -- "lane = …" is searched in the order of ids if most of the queue seems to be one lane. First
    -- up to the limit of each lane, so that a long lane does not exclude others from the batch;
    -- then, until the batch is full, the commands after that, of the most urgent lanes first.
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
