-- accepting_path: a JSON path that is true for the usual arguments of a command: all required ones
-- present, each of its type, and nothing that looks like a secret. If it is not true, the arguments
-- may still be valid: see check_command.
create or replace function ferry_state.accepting_path(
    p_arguments jsonb  -- {"name": {"type": "string", "required": true, "characters_max": 128}}
)
returns jsonpath
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select ('$.type() == "object"' || coalesce(string_agg(
                ' && ' || case when (a.value ->> 'required')::boolean then t.is_right
                               else format('(!exists(%s) || %s)', n.path, t.is_right) end,
                '' order by a.key), ''))::jsonpath
      from jsonb_each(p_arguments) as a
     cross join lateral (select '$.' || to_json(a.key) as path) as n
     cross join (select 'like_regex "://|password|PRIVATE KEY" flag "i"' as looks) as s
     cross join lateral (
        select case a.value ->> 'type'
               when 'string'  then format('%1$s.type() == "string" && !(%1$s %2$s)',
                                          n.path, s.looks)
               when 'boolean' then format('%s.type() == "boolean"', n.path)
               -- A path can check neither the keys of an object nor the notation of a number.
               when 'object'  then '1 == 0'
               when 'integer' then '1 == 0'
               else format('(%1$s.type() == "array" '
                           '&& !exists(%1$s[*] ? (@.type() != "string" || @ %2$s)))',
                           n.path, s.looks)
               end as is_right
     ) as t
$$;
