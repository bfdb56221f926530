-- may_hurry: whether a role may send commands to an environment with priority 0 or 1: with a
-- datagrid_administrator or datagrid_operator policy there that neither it nor the login is denied.
create or replace function ferry_state.may_hurry(p_actor text, p_environment text)
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
         where p ->> 'policy' in ('datagrid_administrator', 'datagrid_operator')
           and coalesce(p ->> 'environment', p_environment) = p_environment
         group by p ->> 'policy'
      ) as by_policy
$$;
