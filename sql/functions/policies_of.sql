-- policies_of: the policies that apply to each of these roles: its own, and those of the roles
-- whose rights it inherits.
--
-- In PostgreSQL a superuser has the rights of every role; here it has only those that it was
-- granted.
-- Returns [{"role": "anna",
--           "policies": [{"id", "role", "policy", "environment", "denial", "options", "created_by"}]}].
create or replace function ferry_state.policies_of(p_actors text[])
returns json
language plpgsql  -- keeps its plan; every batch calls this
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
    with recursive held (actor, role) as (
        select rolname, oid from pg_catalog.pg_roles where rolname = any (p_actors)
        union
        select h.actor, m.roleid
          from held as h join pg_catalog.pg_auth_members as m on m.member = h.role
    ),
    inherited as (
        select h.actor, r.rolname as role
          from held as h
          join pg_catalog.pg_roles as r on r.oid = h.role
          join pg_catalog.pg_roles as a on a.rolname = h.actor
         where a.rolsuper or pg_catalog.pg_has_role(a.oid, r.oid, 'usage')
    )
    select coalesce(json_agg(json_build_object('role', actor, 'policies', assignments)), '[]')
      from (
        select i.actor, json_agg(json_build_object(
                   'id', p.id, 'role', p.role, 'policy', p.policy,
                   'environment', p.environment, 'denial', p.denial, 'options', p.options,
                   'created_by', p.created_by) order by p.id) as assignments
          from inherited as i
          join ferry_state.policy_assignments as p on p.role = i.role
         group by i.actor) as of_actors);
end;
$$;
