-- cancel_commands: cancel commands at their senders' request, unless a worker is applying them.
--
-- Called by every claim, before it searches for commands to apply. Processes up to p_limit
-- requests, and if there may be more, also the first eight of each role, so that no role waits
-- behind the many requests of another. Returns the commands that it ended.
-- Locks: the commands' lanes, the requests; skips those that another worker holds, never waits.
create or replace function ferry_state.cancel_commands(p_limit integer)
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_request  record;
    v_command  ferry_state.commands;
    v_attempts smallint;
    v_found    boolean;
    v_canceled bigint[] := '{}';
    v_asked    bigint[] := array(
        select command_id from ferry_state.command_cancellations
         order by command_id limit p_limit);
begin
    if cardinality(v_asked) >= p_limit then
        v_asked := v_asked || array(
            select c.command_id
              from pg_catalog.pg_roles as r
             cross join lateral (
                select command_id from ferry_state.command_cancellations
                 where actor = r.rolname::text collate "C"
                 order by command_id limit 8
             ) as c);
    end if;
    for v_request in
        select ctid, command_id, actor, coalesce(login, actor) as login
          from ferry_state.command_cancellations
         where command_id = any (v_asked)
         order by command_id
           for update skip locked
    loop
        select * into v_command from ferry_state.commands where id = v_request.command_id;
        perform 1 from ferry_state.lane_slots
          where slot = ferry_state.lane_slot(v_command.lane) for update skip locked;
        continue when not found;
        delete from ferry_state.command_waits where command_id = v_command.id
        returning attempts into v_attempts;
        v_found := found;
        if not v_found then
            delete from ferry_state.command_queue where command_id = v_command.id
            returning attempts into v_attempts;
            v_found := found;
        end if;
        if v_found then
            v_canceled := v_canceled || v_command.id;
            delete from ferry_state.command_references where command_id = v_command.id;
            delete from ferry_state.command_samples where command_id = v_command.id;
            insert into ferry_state.command_outcomes
                   (command_id, state, code, message, attempts, finished_at)
            values (v_command.id, 'canceled', 'canceled', format('canceled by %s', v_request.actor)
                        || case when v_request.login = v_request.actor then ''
                                else format(' (%s)', v_request.login) end,
                    v_attempts, clock_timestamp());
            perform ferry_state.record_events(
                array[v_command.environment], array['command_canceled'], array['command'],
                array[v_command.id], array[null::text], array[null::bigint],
                array[v_command.id], array[v_request.actor], array[null::text],
                array[v_request.login]);
        end if;
        delete from ferry_state.command_cancellations where ctid = v_request.ctid;
    end loop;
    if v_canceled <> '{}' then
        perform ferry_state.empty_commands(v_canceled);
    end if;
    return v_canceled;
end;
$$;
