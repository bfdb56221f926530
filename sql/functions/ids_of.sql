-- ids_of: the ids of the objects of one configuration table that have these [environment, key]s.
create or replace function ferry_state.ids_of(p_table text, p_keys jsonb)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
begin
    if p_keys is null then
        return null;
    end if;
    execute format(
        'select array_agg(o.id) from jsonb_array_elements($1) as r
           join ferry_state.%I as o on o.environment = r ->> 0 and o.key = r ->> 1', p_table)
       into v_ids using p_keys;
    return v_ids;
end;
$$;
