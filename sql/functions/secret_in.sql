-- secret_in: the argument that holds a secret, as far as its form shows; null for none.
--
-- A key that is named as one and holds no reference; a URL with a password; a connection string with
-- one; a private key. What is chosen of tables may be about columns with such names, and filters are
-- SQL: there only keys are looked for.
create or replace function ferry_state.secret_in(p_command text, p_arguments jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with recursive part (argument, key, value) as (
        select key, key, value from jsonb_each(p_arguments)
        union all
        select p.argument, coalesce(child.key, p.key), child.value
          from part as p
         cross join lateral (
            select key, value
              from jsonb_each(case when jsonb_typeof(p.value) = 'object' then p.value else '{}' end)
            union all
            select null, value
              from jsonb_array_elements(
                       case when jsonb_typeof(p.value) = 'array' then p.value else '[]' end)
         ) as child
    ),
    given as (
        select argument, lower(key) as key, value #>> '{}' as text
          from part where jsonb_typeof(value) = 'string'
    )
    select argument
      from given
     where text ~ '-----BEGIN [A-Z0-9 ]*PRIVATE KEY'
        or p_command <> 'edit_table' and (
            key ~ '^(password|passphrase|private_key|secret|secret_access_key|session_token)$'
                and text !~ '^(env|file):'
            or text ~* '[a-z][a-z0-9+.-]*://[^[:space:]/?#@]*:[^[:space:]/?#@]+@'
            or text ~* '://[^[:space:]]*[?&](ssl)?password=[^&[:space:]]'
            or text ~* '(^|[[:space:]])(ssl)?password[[:space:]]*=[[:space:]]*[^[:space:]]'
               and (key in ('connection', 'credential')
                    or text ~* '(^|[[:space:]])(host|hostaddr|port|dbname|user|service)[[:space:]]*='))
     limit 1
$$;
