-- referred_lanes: the lanes of the objects that a command names in addition to its own object.
--
-- p_refers: as in command_definitions: "kind:argument", or "kind:argument,argument" if two name the
--   object. A missing argument names nothing; a list names each of its elements.
create or replace function ferry_state.referred_lanes(
    p_refers      text[],
    p_environment text,
    p_arguments   jsonb
)
returns bigint[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_refers text;
    v_kind   text;
    v_keys   text[];
    v_name   text;
    v_lanes  bigint[] := '{}';
begin
    foreach v_refers in array p_refers loop
        v_kind := split_part(v_refers, ':', 1);
        v_keys := string_to_array(split_part(v_refers, ':', 2), ',');
        if jsonb_typeof(p_arguments -> v_keys[1]) = 'array' then
            for v_name in select jsonb_array_elements_text(p_arguments -> v_keys[1]) loop
                v_lanes := v_lanes
                    || ferry_state.lane_number(v_kind, p_environment, v_name, null);
            end loop;
        elsif p_arguments ->> v_keys[1] is not null
            and (v_keys[2] is null or p_arguments ->> v_keys[2] is not null)
        then
            v_lanes := v_lanes || ferry_state.lane_number(
                v_kind, p_environment, p_arguments ->> v_keys[1], p_arguments ->> v_keys[2]);
        end if;
    end loop;
    return v_lanes;
end;
$$;
