-- visible_environments: the environments that a role can view: with a policy that is granted and
-- not denied, or as a member of ferry_viewer or ferry_worker. '*' means all.
create or replace function ferry_state.visible_environments(p_role name)
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_allowed text[];
    v_denied  text[];
begin
    if pg_has_role(p_role, 'ferry_viewer', 'usage') or pg_has_role(p_role, 'ferry_worker', 'usage') then
        return array['*'];
    end if;
    -- After SET ROLE, the denials of both roles apply.
    select array_agg(coalesce(p ->> 'environment', '*'))
               filter (where not (p ->> 'denial')::boolean and held ->> 'role' = p_role),
           array_agg(coalesce(p ->> 'environment', '*')) filter (where (p ->> 'denial')::boolean)
      into v_allowed, v_denied
      from json_array_elements(
               ferry_state.policies_of(array[p_role::text, session_user::text])) as held
     cross join lateral json_array_elements(held -> 'policies') as p;
    if v_denied is null then
        return coalesce(v_allowed, '{}');
    end if;
    return array(
        select name from ferry_state.environments
         where (name = any (v_allowed) or '*' = any (v_allowed))
           and name <> all (v_denied) and '*' <> all (v_denied));
end;
$$;
