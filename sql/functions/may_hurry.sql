-- may_hurry: whether a role can send commands with priority 0 or 1 to an environment: with a
-- datagrid_administrator or datagrid_operator policy there that is denied neither to it nor to the
-- login.
create or replace function ferry_state.may_hurry(p_actor text, p_environment text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select ferry_state.has_policy(
        p_actor, p_environment, array['datagrid_administrator', 'datagrid_operator'])
$$;
