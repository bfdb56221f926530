-- first_policy_change: the first unfinished command about policies before p_before that is not in
-- the batch and can change anything. Null when there is none.
--
-- All commands wait for it. A command of a role that has no datagrid_administrator policy now is
-- rejected, unless an earlier command changes that, for which others wait. Therefore others do not
-- wait for it, regardless of how many a role sends.
-- Stable: it must use the snapshot of the calling statement.
create or replace function ferry_state.first_policy_change(p_before bigint, p_batch bigint[])
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lane constant bigint := ferry_state.lane_number('policy_assignment', null, null, null);
begin
    if ferry_state.first_of_lane(v_lane, p_before, p_batch) is null then
        return null;
    end if;
    return (
        with first as materialized (
            select actor, min(command_id) as command_id
              from (
                select actor, command_id from ferry_state.command_queue
                 where (lane, command_id) >= (v_lane, 0) and (lane, command_id) < (v_lane, p_before)
                   and (command_id = any (p_batch)) is not true
                union all
                select actor, command_id from ferry_state.command_waits
                 where (lane, command_id) >= (v_lane, 0) and (lane, command_id) < (v_lane, p_before)
                   and waits_for <> 'time'
              ) as waiting
             group by actor
        )
        select min(command_id)
          from first
         where actor in (
            select held ->> 'role'
              from json_array_elements(ferry_state.policies_of(
                       array(select actor from first))) as held
             cross join lateral json_array_elements(held -> 'policies') as p
             where p ->> 'policy' = 'datagrid_administrator' and not (p ->> 'denial')::boolean));
end;
$$;
