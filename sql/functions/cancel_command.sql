-- cancel_command: end a command that no worker has applied yet, as canceled.
--
-- Only its own actor may. Waits for a worker that is applying commands of the same lane.
-- Raises: FY009 when there is no such command of the caller's, or it has already ended.
create or replace function ferry.cancel_command(id bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_command ferry_state.commands;
    v_actor   constant text := case current_setting('role')
                                   when 'none' then session_user::text
                                   else current_setting('role') end;
begin
    select * into v_command from ferry_state.commands as c
     where c.id = cancel_command.id and c.actor = v_actor;
    if found then
        perform 1 from ferry_state.lane_slots where slot = (v_command.lane & 1023) for update;
        with unqueued as (
            delete from ferry_state.command_queue as q
             where q.command_id = cancel_command.id returning q.attempts
        ),
        unscheduled as (
            delete from ferry_state.command_schedule as s
             where s.command_id = cancel_command.id returning s.attempts
        )
        insert into ferry_state.command_outcomes
               (command_id, state, code, message, attempts, finished_at)
        select cancel_command.id, 'canceled', 'canceled', format('canceled by %s', v_actor),
               attempts, clock_timestamp()
          from (select * from unqueued union all select * from unscheduled) as waiting;
    end if;
    if not found then
        raise exception using errcode = 'FY009',
            message = format('command %s is not waiting to be applied', cancel_command.id),
            hint = 'see its state in ferry.command_status; only the role that sent a command can cancel it';
    end if;
    insert into ferry_state.events
           (environment, event, object_kind, object_id, command_id, actor)
    values (v_command.environment, 'command_canceled', 'command', cancel_command.id,
            cancel_command.id, v_actor);
    perform pg_notify('ferry_events', '');
end;
$$;
