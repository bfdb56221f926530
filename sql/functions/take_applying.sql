-- take_applying: handle an INSERT into the view ferry.applying: begin an apply of a configuration
-- file, unless another one is in progress in the environment, renew it, or end it.
--
-- An apply ends with a request to end, with its session, or when it has not renewed its lease for
-- 30 seconds: a session can outlive its client behind a connection pooler. An expired apply can
-- continue only if no other one has begun.
-- Waits at most 5 seconds for another requesting transaction that has not ended.
-- Raises: FY004 no request or no token, FY006 unknown environment, FY016 no policy in the
--         environment, FY018 another apply is in progress.
create or replace function ferry_state.take_applying()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
    v_lease   constant interval := interval '30 seconds';
    v_session record;
    v_other   ferry_state.applying;
begin
    new.environment := ferry_state.known_environment(
        coalesce(new.environment, 'production'), new.actor);
    if new.token is null or new.request is null or new.request not in ('begin', 'renew', 'end') then
        raise exception using errcode = 'FY004',
            message = 'an apply must request begin, renew or end, and have a token',
            hint = 'insert into ferry.applying (environment, request, token) values '
                || '(''production'', ''begin'', gen_random_uuid())';
    end if;
    if not ferry_state.has_policy(
        new.actor, new.environment, array['datagrid_administrator', 'datagrid_operator', 'amp360_user'])
    then
        raise exception using errcode = 'FY016',
            message = format('%s is not allowed to apply a configuration to %s',
                             ferry_state.shown_text(new.actor), ferry_state.shown_text(new.environment)),
            hint = 'grant it the policies that the commands need: see docs/policies.md';
    end if;
    new.login := session_user;
    if new.request = 'end' then
        delete from ferry_state.applying
         where environment = new.environment and token = new.token and actor = new.actor;
        return new;
    end if;

    select pid, backend_start, usesysid into v_session from pg_stat_get_activity(pg_backend_pid());
    if new.request = 'begin' then
        insert into ferry_state.applying as a
               (environment, token, actor, login, backend_pid, backend_start, backend_role,
                leased_until)
        values (new.environment, new.token, new.actor, nullif(new.login, new.actor), v_session.pid,
                v_session.backend_start, v_session.usesysid, clock_timestamp() + v_lease)
        on conflict (environment) do update
           set token = excluded.token, actor = excluded.actor, login = excluded.login,
               backend_pid = excluded.backend_pid, backend_start = excluded.backend_start,
               backend_role = excluded.backend_role, since = excluded.since,
               leased_until = excluded.leased_until
         where a.leased_until < clock_timestamp()
            or not ferry_state.is_connected(a.backend_pid, a.backend_start, a.backend_role);
    else
        -- It may have a new connection.
        update ferry_state.applying
           set backend_pid = v_session.pid, backend_start = v_session.backend_start,
               backend_role = v_session.usesysid, leased_until = clock_timestamp() + v_lease
         where environment = new.environment and token = new.token and actor = new.actor;
    end if;
    if found then
        return new;
    end if;
    select * into v_other from ferry_state.applying where environment = new.environment;
    raise exception using errcode = 'FY018',
        message = case when v_other.token is null
            then format('this apply expired, and another one has changed %s since',
                        ferry_state.shown_text(new.environment))
            else format('%s has been applying a configuration to %s since %s UTC',
                        ferry_state.shown_text(coalesce(v_other.login, v_other.actor)),
                        ferry_state.shown_text(new.environment),
                        to_char(v_other.since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')) end,
        hint = 'wait until it ends, then apply the file again; ferry.applying shows it';
end;
$$;

create or replace trigger take_applying
    instead of insert on ferry.applying
    for each row execute function ferry_state.take_applying();
