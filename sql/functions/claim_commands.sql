-- claim_commands: lock the lanes of the most urgent commands and return what waits in them, in
-- the order in which each lane is to apply it. Held until the transaction ends.
--
-- The first row returned has no command: its mark and id are what the next claim of this worker may
-- pass as p_mark and p_mark_id to skip the dead rows before them. Every row that can still become
-- visible, or is still waiting, has (xact, command_id) > (mark, id).
-- p_settled: commands that this worker's last batch ended or came to wait for; null for a look at all
-- that is waited for. What waits for one of them that has ended is on the queue again.
-- Says with awake_until for how many milliseconds (p_awake) the worker that found something will go
-- on looking without being notified.
-- Locks:  lane slots (a lane's commands are applied by one worker at a time); skips slots that
--         another worker holds, never waits.
create or replace function ferry_state.claim_commands(
    p_limit   integer,
    p_mark    xid8,
    p_mark_id bigint,
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
    login       text  -- null: the actor
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
    v_priority smallint := 0;  -- where the look at the queue has come to
    v_xact     xid8;
    v_id       bigint;
    v_slot     integer;
    v_looked   integer;    -- commands found by this round
    v_slots    integer[];  -- their lanes' slots
    v_locked   integer[];
    v_tried    bytea;      -- the slots that earlier rounds tried, locked or not
    v_lanes    bigint[] := '{}';
    v_found    bigint[];
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
           null::smallint, null::text;

    v_xact := p_mark;
    v_id := p_mark_id;
    -- The first commands are often in the hands of another worker: look past them until the batch
    -- is worth its commit.
    for v_round in 1 .. 8 loop
        select count(*), array_agg(lane), array_agg(distinct ferry_state.lane_slot(lane)),
               (array_agg(priority))[count(*)], (array_agg(xact))[count(*)],
               (array_agg(command_id))[count(*)]
          into v_looked, v_found, v_slots, v_priority, v_xact, v_id
          from (
            select q.*
              from generate_series(v_priority, 3) as p (priority)
             cross join lateral (
                select lane, priority, xact, command_id
                  from ferry_state.command_queue
                 where priority = p.priority
                   and (xact, command_id) > (
                       case when p.priority = v_priority then v_xact else p_mark end,
                       case when p.priority = v_priority then v_id else p_mark_id end)
                   and (v_tried is null
                        or get_bit(v_tried, ferry_state.lane_slot(lane)) = 0)
                 order by xact, command_id
                 limit p_limit
             ) as q
             order by q.priority, q.xact, q.command_id
             limit p_limit
          ) as candidate;
        exit when v_looked = 0;

        select array_agg(slot) into v_locked
          from (select slot
                  from ferry_state.lane_slots
                 where slot = any (v_slots)
                 order by slot
                   for update skip locked) as taken;

        -- "is true" makes it look slots up in a hash, not compare each with each.
        select count(*), v_lanes || array_agg(claimed.lane)
          into v_more, v_lanes
          from unnest(v_found) as claimed (lane)
         where (ferry_state.lane_slot(claimed.lane) in (select unnest(v_locked))) is true;
        v_commands := v_commands + v_more;
        exit when v_looked < p_limit or v_commands * 2 >= p_limit;

        -- A bit for each of the 8,192 slots.
        v_tried := coalesce(v_tried, decode(repeat('00', 1024), 'hex'));
        foreach v_slot in array v_slots loop
            v_tried := set_bit(v_tried, v_slot, 1);
        end loop;
    end loop;

    if v_commands > 0 then
        perform setval('ferry_state.awake_until',
                       (extract(epoch from clock_timestamp()) * 1000)::bigint + p_awake);
    end if;

    -- A statement of its own: its snapshot was taken with the lanes locked, so it sees all that
    -- the worker before us did in them. Lateral, each part with a limit: lanes are read in their
    -- order, each no further than is needed, whatever statistics say: a range of the lanes' index,
    -- since "lane = …" is looked for in the order of ids when most of the queue seems to be one lane.
    return query
    select null::xid8, c.id, q.lane, c.command, c.environment, c.arguments::text, c.actor,
           q.attempts, c.login
      -- The most urgent lanes first, or a long lane would keep them out of the batch.
      from (select lane
              from unnest(v_lanes) with ordinality as l (lane, rank)
             group by lane
             order by min(rank)) as claimed
     cross join lateral (
        select command_id, lane, attempts
          from ferry_state.command_queue
         where (lane, command_id) >= (claimed.lane, 0)
           and (lane, command_id) <= (claimed.lane, 9223372036854775807)
         order by lane, command_id
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
