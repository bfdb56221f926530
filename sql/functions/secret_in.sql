-- secret_in: the argument that contains a secret, as far as its form shows; null for none.
--
-- Secrets are: a value of a key with such a name, or below it, that is not a reference; a URL or a
-- connection string with a password; a private key. Settings of tables may name columns with such
-- names, and filters are SQL: there, only private keys are detected. The program has the same rule
-- for what it shows before it sends anything: SecretForm.
create or replace function ferry_state.secret_in(p_command text, p_arguments jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with recursive part (argument, key, named, value) as (
        select key, key, n.named, value
          from jsonb_each(p_arguments)
         cross join (values (
            '^(access_token|api_key|apikey|auth_token|authorization|client_secret|passphrase|passwd'
            '|password|private_key|proxy_authorization|pwd|secret|secret_access_key|secret_key'
            '|session_token|token|x_api_key)$')) as n (named)
        union all
        select p.argument, coalesce(child.key, p.key),
               -- Below such a key every value is a secret.
               case when replace(lower(p.key), '-', '_') ~ p.named then '' else p.named end,
               child.value
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
        select argument, lower(key) as key,
               replace(lower(key), '-', '_') ~ named as is_named, value #>> '{}' as text
          from part where jsonb_typeof(value) in ('string', 'number')
    )
    select argument
      from given
     where text ~ '-----BEGIN [A-Z0-9 ]*PRIVATE KEY'
        or p_command <> 'edit_table' and (
            is_named and text <> '' and text !~ '^(env|file):'
            or text ~* '[a-z][a-z0-9+.-]*://[^[:space:]/?#@]*:[^[:space:]/?#@]+@'
            or text ~* '://[^[:space:]]*[?&](ssl)?password=[^&[:space:]]'
            or text ~* '(^|[[:space:]])(ssl)?password[[:space:]]*=[[:space:]]*[^[:space:]]'
               and (key in ('connection', 'credential')
                    or text ~* '(^|[[:space:]])(host|hostaddr|port|dbname|user|service)[[:space:]]*='))
     limit 1
$$;
