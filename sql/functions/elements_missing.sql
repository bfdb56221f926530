-- elements_missing: the elements of a JSON array that another one lacks.
create or replace function ferry_state.elements_missing(p_from jsonb, p_of jsonb)
returns jsonb
language sql
immutable
as $$
    select coalesce(jsonb_agg(value), '[]')
      from (select value from jsonb_array_elements(p_of)
            except select value from jsonb_array_elements(p_from)
            order by value) as missing
$$;
