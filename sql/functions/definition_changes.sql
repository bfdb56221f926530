-- definition_changes: the differences between two definitions: [{"path": ["settings",
-- "compression"], "old": "none", "new": "gzip"}, …]; null if one of them is null.
--
-- Objects are compared key by key, other values as a whole. A missing key has no "old" or "new".
-- For arrays, "added" and "removed" are the elements that only one of them has.
create or replace function ferry.definition_changes(
    older jsonb,
    newer jsonb,
    path  text[] default '{}'
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_changes jsonb := '[]';
    v_key     text;
    v_old     jsonb;
    v_new     jsonb;
begin
    if older is null or newer is null then
        return null;
    end if;
    for v_key in
        select key from (select jsonb_object_keys(older)
                         union select jsonb_object_keys(newer)) as k (key)
         where older -> key is distinct from newer -> key
         order by key
    loop
        v_old := older -> v_key;
        v_new := newer -> v_key;
        if jsonb_typeof(v_old) = 'object' and jsonb_typeof(v_new) = 'object' then
            v_changes := v_changes || ferry.definition_changes(v_old, v_new, path || v_key);
            continue;
        end if;
        v_changes := v_changes || (
            jsonb_build_object('path', path || v_key)
            || case when v_old is not null then jsonb_build_object('old', v_old) else '{}' end
            || case when v_new is not null then jsonb_build_object('new', v_new) else '{}' end
            || case when jsonb_typeof(v_old) = 'array' and jsonb_typeof(v_new) = 'array'
                    then (select jsonb_build_object(
                              'added', coalesce(jsonb_agg(e order by e) filter (where is_new), '[]'),
                              'removed', coalesce(jsonb_agg(e order by e) filter (where not is_new), '[]'))
                            from ((select e, true from jsonb_array_elements(v_new) as e
                                   except select e, true from jsonb_array_elements(v_old) as e)
                                  union all
                                  (select e, false from jsonb_array_elements(v_old) as e
                                   except select e, false from jsonb_array_elements(v_new) as e)
                                 ) as only_one (e, is_new))
                    else '{}' end);
    end loop;
    return v_changes;
end;
$$;
