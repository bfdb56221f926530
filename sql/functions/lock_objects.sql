-- lock_objects: lock the objects of one configuration table that a batch of commands refers to.
--
-- p_references: [environment, key, whether the batch may change or delete the object]
create or replace function ferry_state.lock_objects(p_table text, p_references jsonb)
returns void
language plpgsql
as $$
begin
    if p_references is null then
        return;
    end if;
    execute format(
        'select 1 from ferry_state.%I as o
          where (environment, key) in (select r ->> 0, r ->> 1 from jsonb_array_elements($1) as r
                                        where (r ->> 2)::boolean)
          order by id for no key update', p_table)
      using p_references;
    execute format(
        'select 1 from ferry_state.%I as o
          where (environment, key) in (select r ->> 0, r ->> 1 from jsonb_array_elements($1) as r
                                        where not (r ->> 2)::boolean)
          order by id for share', p_table)
      using p_references;
end;
$$;
