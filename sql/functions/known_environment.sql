-- known_environment: an environment's name in its original spelling.
--
-- p_actor: the requesting role; a message lists only environments that it can view.
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
    -- By spelling, if there are two that differ in the case of non-ASCII letters.
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
