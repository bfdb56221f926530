-- lane_number: the number of the lane of an object, from its kind, environment and keys: its name,
-- or the name of its destination and its own name.
--
-- All assignments of policies share one lane: the rights of a role depend on all of them.
create or replace function ferry_state.lane_number(
    p_kind        text,
    p_environment text,
    p_key         text,
    p_second_key  text  -- null if one key names it
)
returns bigint
language sql
immutable
parallel safe
return hashtextextended(
    case when p_kind = 'policy_assignment' then p_kind
         else p_kind || E'\x1f' || p_environment || E'\x1f' || ferry_state.lane_key(p_key)
              || coalesce(E'\x1f' || ferry_state.lane_key(p_second_key), '') end, 0);
