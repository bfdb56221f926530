-- earlier_commands: the unfinished commands before commands of a batch, on the objects of the batch
-- and the objects that it names, as JSON. Null when there are none.
--
-- Returns {"lanes": [[lane, first on it, first that names it]], "references": [[kind, environment,
-- key, first]], "policies": first}. First: the lowest id.
-- Stable: it must use the snapshot of the calling statement. The cost is negligible if nothing
-- waits and the batch names no other objects.
create or replace function ferry_state.earlier_commands(
    p_batch      bigint[],
    p_lanes      bigint[],
    p_references jsonb
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_before     constant bigint := (select max(id) from unnest(p_batch) as b (id));
    v_policies   constant bigint := ferry_state.first_policy_change(v_before, p_batch);
    v_waits      constant boolean := exists (
        select from ferry_state.command_waits where waits_for <> 'time');
    v_naming     constant boolean := exists (select from ferry_state.command_references);
    v_lanes      json;
    v_references json;
begin
    -- Its own lanes are locked, and the batch has their queued commands. Commands that waited then
    -- may be on the queue now. Counted first: few lanes have more commands than the batch has of
    -- them.
    select json_agg(json_build_array(lane, first, naming)) into v_lanes
      from (
        select l.lane, least(q.command_id, w.command_id) as first, r.command_id as naming
          from (select lane, array_agg(id) as ids, max(id) as last, count(*) as count
                  from unnest(p_batch, p_lanes) as b (id, lane)
                 group by lane) as l
          left join lateral (
            select command_id from ferry_state.command_queue
             where (lane, command_id) >= (l.lane, 0) and (lane, command_id) < (l.lane, l.last)
               and command_id <> all (l.ids)
             order by lane, command_id limit 1) as q
            on l.count <= (select count(*) from ferry_state.command_queue
                            where (lane, command_id) >= (l.lane, 0)
                              and (lane, command_id) < (l.lane, l.last))
          left join lateral (
            select command_id from ferry_state.command_waits
             where v_waits and (lane, command_id) >= (l.lane, 0)
               and (lane, command_id) < (l.lane, v_before) and waits_for <> 'time'
             order by lane, command_id limit 1) as w on true
          left join lateral (
            select command_id from ferry_state.command_references
             where v_naming and (lane, command_id) >= (l.lane, 0)
               and (lane, command_id) < (l.lane, v_before) and command_id <> all (p_batch)
             order by lane, command_id limit 1) as r on true
      ) as own
     where num_nonnulls(first, naming) > 0;

    select json_agg(json_build_array(kind, environment, key, first)) into v_references
      from (
        select k.kind, r ->> 0 as environment, r ->> 1 as key,
               case when k.kind = 'run' and exists (
                   -- A run has the id of the command that starts it.
                   select from ferry_state.command_queue
                    where command_id = split_part(r ->> 1, E'\x1f', 1)::bigint
                   union all
                   select from ferry_state.command_waits
                    where command_id = split_part(r ->> 1, E'\x1f', 1)::bigint)
               then split_part(r ->> 1, E'\x1f', 1)::bigint
               else ferry_state.first_of_lane(
                   ferry_state.lane_number(k.kind, r ->> 0, split_part(r ->> 1, E'\x1f', 1),
                                           nullif(split_part(r ->> 1, E'\x1f', 2), '')),
                   v_before, p_batch) end as first
          from jsonb_each(p_references) as k (kind, entries)
         cross join lateral jsonb_array_elements(k.entries) as r
         where k.kind <> 'policy_assignment' and (not (r ->> 2)::boolean or k.kind = 'run')
      ) as named
     where first is not null;

    if num_nonnulls(v_policies, v_lanes, v_references) = 0 then
        return null;
    end if;
    return json_build_object(
        'lanes', coalesce(v_lanes, '[]'), 'references', coalesce(v_references, '[]'),
        'policies', v_policies)::text;
end;
$$;
