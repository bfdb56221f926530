-- lane_of: the number of the lane a command belongs to: commands on one object share one.
--
-- Two objects can share a number; the only effect is that their commands wait for each other.
create or replace function ferry_state.lane_of(
    p_kind        text,
    p_keys        text[],  -- the arguments that name the object
    p_environment text,
    p_arguments   jsonb
)
returns bigint
language sql
immutable
parallel safe
return ferry_state.lane_number(
    p_kind, p_environment,
    -- An orchestration has the name of its data export unless it is given one.
    case p_kind when 'orchestration'
         then coalesce(p_arguments ->> p_keys[1], p_arguments ->> p_keys[2])
         else p_arguments ->> p_keys[1] end,
    case p_kind when 'orchestration' then null else p_arguments ->> p_keys[2] end);
