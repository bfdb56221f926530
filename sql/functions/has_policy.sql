-- has_policy: whether a role has one of these policies in an environment that is denied neither to
-- it nor to the login there.
create or replace function ferry_state.has_policy(
    p_actor       text,
    p_environment text,
    p_policies    text[]
)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_or(granted and not denied), false)
      from (
        select bool_or(held ->> 'role' = p_actor and not (p ->> 'denial')::boolean) as granted,
               bool_or((p ->> 'denial')::boolean) as denied
          from json_array_elements(ferry_state.policies_of(
                   array[p_actor, session_user::text])) as held
         cross join lateral json_array_elements(held -> 'policies') as p
         where p ->> 'policy' = any (p_policies)
           and coalesce(p ->> 'environment', p_environment) = p_environment
         group by p ->> 'policy'
      ) as by_policy
$$;
