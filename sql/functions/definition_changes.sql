-- definition_changes: where two definitions differ: [{"path": ["settings", "compression"],
-- "old": "none", "new": "gzip"}, …]; null where one of them is.
--
-- Objects are compared key by key, all else as a whole. A key that is not there has no "old" or
-- "new". Of arrays, "added" and "removed" say which elements only one of them has.
create or replace function ferry_state.definition_changes(
    p_old  jsonb,
    p_new  jsonb,
    p_path text[] default '{}'
)
returns jsonb
language plpgsql
immutable
as $$
declare
    v_changes jsonb := '[]';
    v_key     text;
begin
    if p_old is null or p_new is null then
        return null;
    end if;
    for v_key in
        select key from (select jsonb_object_keys(p_old) union select jsonb_object_keys(p_new)) as k (key)
         where p_old -> key is distinct from p_new -> key
         order by key
    loop
        if jsonb_typeof(p_old -> v_key) = 'object' and jsonb_typeof(p_new -> v_key) = 'object' then
            v_changes := v_changes || ferry_state.definition_changes(
                p_old -> v_key, p_new -> v_key, p_path || v_key);
        else
            v_changes := v_changes || (
                jsonb_build_object('path', p_path || v_key)
                || case when p_old ? v_key then jsonb_build_object('old', p_old -> v_key)
                        else '{}' end
                || case when p_new ? v_key then jsonb_build_object('new', p_new -> v_key)
                        else '{}' end
                || case when jsonb_typeof(p_old -> v_key) = 'array'
                         and jsonb_typeof(p_new -> v_key) = 'array'
                        then jsonb_build_object(
                            'added', ferry_state.elements_missing(p_old -> v_key, p_new -> v_key),
                            'removed', ferry_state.elements_missing(p_new -> v_key, p_old -> v_key))
                        else '{}' end);
        end if;
    end loop;
    return v_changes;
end;
$$;
