-- lane_of: the number of the lane a command belongs to: commands on one object share one.
--
-- Two objects may share a number; then their commands wait for each other, and nothing else.
create or replace function ferry_state.lane_of(
    p_kind        text,
    p_keys        text[],  -- the arguments that name the object
    p_environment text,
    p_arguments   jsonb
)
returns bigint
language sql
immutable
as $$
    select hashtextextended(
        concat_ws(E'\x1f', p_kind,
            -- A policy may be granted in all environments.
            case when p_kind <> 'policy_assignment' then p_environment end, case p_kind
            -- An orchestration bears the name of its data export unless it is given one.
            when 'orchestration' then
                ferry_state.lane_key(coalesce(p_arguments ->> p_keys[1], p_arguments ->> p_keys[2]))
            else
                ferry_state.lane_key(p_arguments ->> p_keys[1])
                || coalesce(E'\x1f' || ferry_state.lane_key(p_arguments ->> p_keys[2]), '') end),
        0)
$$;
