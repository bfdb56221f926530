-- lock_earlier_groups: the groups that these run after, the groups that those run after, and so on,
-- locked against changes, so that two transactions cannot create a cycle together.
create or replace function ferry_state.lock_earlier_groups(p_groups bigint[])
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_group   bigint;
    v_next    bigint;
    v_earlier bigint[] := '{}';
begin
    foreach v_group in array p_groups loop
        v_next := (select after_id from ferry_state.orchestration_groups where id = v_group);
        while v_next is not null and v_next <> all (v_earlier) loop
            v_earlier := v_earlier || v_next;
            select after_id into v_next
              from ferry_state.orchestration_groups where id = v_next for share;
        end loop;
    end loop;
    return v_earlier;
end;
$$;
