-- first_policy_change: the first command about policies that has not ended, comes before p_before, is not
-- of the batch and can change anything. Null when there is none.
--
-- Everything waits for it. One by a role that holds no datagrid_administrator policy now is rejected,
-- unless an earlier one changes that, which is waited for itself; so it is not waited for, however
-- many of them somebody sends.
-- Stable: it must see what the statement that calls it sees.
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
