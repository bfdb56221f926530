-- fair_candidates: the queued commands that a claim should try first, the most urgent first, and
-- those of one priority divided between their actors: first the oldest of each, then the second of
-- each, and so on.
--
-- Called when more commands wait than fit into one batch. Finds the waiting commands of each
-- database role with one index probe per role, so that the commands of one role are never scanned
-- to find those of another. Commands of dropped roles are ordered by age.
-- p_mark, p_mark_id: see claim_commands. p_tried: a bit for each excluded slot of lanes, or null.
-- p_marks: the marks that the last call for this worker returned, or null. Applied commands of one
--   actor leave dead rows beyond the common mark while the oldest command of another still waits;
--   therefore each actor has its own mark.
-- marks: in the first row of a priority, which has no lane: {priority: {actor: [xact, id]}}; null
--   if there are more than 100 actors.
-- room: how many commands of the lane the batch can take for this one. An actor with few commands
--   spends the rest of its share on earlier commands in their lanes.
create or replace function ferry_state.fair_candidates(
    p_limit   integer,
    p_mark    xid8,
    p_mark_id bigint,
    p_tried   bytea,
    p_marks   jsonb
)
returns table (lane bigint, room integer, marks jsonb)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_xmin   constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_marks  jsonb;
    v_actors text[];
    v_xacts  xid8[];   -- where the scan of each actor's commands begins
    v_ids    bigint[];
    v_left   integer := p_limit;
    v_share  integer;
    v_found  integer;
begin
    for v_priority in 0 .. 3 loop
        continue when not exists (
            select from ferry_state.command_queue
             where priority = v_priority and (xact, command_id) > (p_mark, p_mark_id)
             order by xact, command_id limit 1);
        v_marks := p_marks -> v_priority::text;
        select coalesce(array_agg(name), '{}'), array_agg(xact), array_agg(command_id - 1)
          into v_actors, v_xacts, v_ids
          from (
            select r.rolname::text collate "C" as name,
                   case when v_marks is not null
                        then v_marks -> r.rolname::text end as mark
              from pg_catalog.pg_roles as r
          ) as r
         cross join lateral (
            select xact, command_id
              from ferry_state.command_queue
             where priority = v_priority and actor = r.name
               and (xact, command_id) > (coalesce((r.mark ->> 0)::xid8, p_mark),
                                         coalesce((r.mark ->> 1)::bigint, p_mark_id))
             order by xact, command_id
             limit 1
         ) as first;
        if cardinality(v_actors) <= 100 then
            -- Commands of an older transaction may become visible later.
            select null, null, jsonb_build_object(v_priority, coalesce(v_marks, '{}') ||
                       jsonb_object_agg(name, jsonb_build_array(least(xact, v_xmin)::text,
                           case when xact < v_xmin then id else 0 end)))
              into lane, room, marks
              from (select * from unnest(v_actors, v_xacts, v_ids) as a (name, xact, id)
                    union all
                    select key, v_xmin, 0 from jsonb_object_keys(v_marks) as o (key)
                     where key <> all (v_actors)) as known;
            return next;
        end if;
        v_share := greatest(1, v_left / greatest(1, cardinality(v_actors)));
        return query
        select lane, greatest(1, v_share / (count(*) over (partition by actor))::integer),
               null::jsonb
          from (
            select lane, actor, xact, command_id, min(turn) as turn
              from (
                select q.*, row_number() over (
                           partition by q.actor order by q.xact, q.command_id) as turn
                  from unnest(v_actors, v_xacts, v_ids) as a (name, xact, id)
                 cross join lateral (
                    select lane, actor, xact, command_id
                      from ferry_state.command_queue
                     where priority = v_priority and actor = a.name collate "C"
                       and (xact, command_id) > (a.xact, a.id)
                       and (p_tried is null
                            or get_bit(p_tried, ferry_state.lane_slot(lane)) = 0)
                     order by xact, command_id
                     -- More than a share, because others may have less.
                     limit least(v_left, v_share * 8)
                 ) as q
                union all
                select q.*, row_number() over (order by q.xact, q.command_id)
                  from (
                    select lane, actor, xact, command_id
                      from ferry_state.command_queue
                     where priority = v_priority and (xact, command_id) > (p_mark, p_mark_id)
                       and (p_tried is null
                            or get_bit(p_tried, ferry_state.lane_slot(lane)) = 0)
                     order by xact, command_id
                     limit v_left
                 ) as q
              ) as seen
             group by lane, actor, xact, command_id
             order by turn, xact, command_id
             limit v_left
          ) as chosen
         order by turn, xact, command_id;
        get diagnostics v_found = row_count;
        v_left := v_left - v_found;
        exit when v_left <= 0;
    end loop;
end;
$$;
