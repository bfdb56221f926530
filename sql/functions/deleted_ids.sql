-- deleted_ids: the ids of one kind that a batch of commands deleted.
create or replace function ferry_state.deleted_ids(p_changes json, p_kind text)
returns setof bigint
language sql
immutable
as $$
    select value::bigint from json_array_elements_text(p_changes -> 'deleted' -> p_kind)
$$;
