-- lock_objects: lock the objects of one configuration table that a batch of commands refers to;
-- return the ids of those that exist.
--
-- p_references: [environment, key, whether the batch can change or delete the object]
-- Locks: one object after the other, by id: if two batches took strong and weak locks separately,
--   each could hold a lock that the other needs.
create or replace function ferry_state.lock_objects(p_table text, p_references jsonb)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id    bigint;
    v_write boolean;
    v_ids   bigint[];
begin
    if p_references is null then
        return null;
    end if;
    for v_id, v_write in execute format(
        'select o.id, bool_or((r ->> 2)::boolean)
           from jsonb_array_elements($1) as r
           join ferry_state.%I as o on o.environment = r ->> 0 and o.key = r ->> 1
          group by o.id
          order by o.id', p_table)
          using p_references
    loop
        execute format('select 1 from ferry_state.%I where id = $1 for %s', p_table,
                       case when v_write then 'no key update' else 'share' end)
          using v_id;
        v_ids := v_ids || v_id;
    end loop;
    return v_ids;
end;
$$;
