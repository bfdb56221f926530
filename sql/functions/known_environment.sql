-- known_environment: an environment's name as it is spelled.
--
-- p_actor: who asks; a message lists only what that role may see.
-- Raises: FY006 unknown environment.
create or replace function ferry_state.known_environment(p_name text, p_actor text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name    text;
    v_visible constant text[] := ferry_state.visible_environments(p_actor::name);
begin
    -- As it is spelled, if there are two that differ in the case of letters beyond ASCII.
    select name into v_name from ferry_state.environments
     where name = p_name or lower(name) = lower(btrim(p_name))
     order by name = p_name desc limit 1;
    if not found then
        raise exception using errcode = 'FY006',
            message = format('environment "%s" does not exist', ferry_state.shown_text(p_name)),
            hint = 'environments are: ' || (
                select string_agg(ferry_state.shown_text(name), ', ' order by name)
                  from ferry_state.environments
                 where name = 'production' or ferry_state.is_visible(name, v_visible));
    end if;
    return v_name;
end;
$$;
