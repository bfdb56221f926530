-- withdraw_command: what a DELETE from the view ferry.commands does: end a waiting command as
-- canceled. One that is not waiting any more is passed over.
create or replace function ferry_state.withdraw_command()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_lane bigint;
begin
    select lane into v_lane from ferry_state.commands where id = old.id;
    perform 1 from ferry_state.lane_slots where slot = ferry_state.lane_slot(v_lane) for update;

    -- Row by row, not in one statement: a worker may just move it from the schedule to the queue.
    delete from ferry_state.command_schedule where command_id = old.id returning attempts
      into old.attempts;
    if not found then
        delete from ferry_state.command_queue where command_id = old.id returning attempts
          into old.attempts;
    end if;
    if not found then
        return null;
    end if;
    insert into ferry_state.command_outcomes
           (command_id, state, code, message, attempts, finished_at)
    values (old.id, 'canceled', 'canceled', format('canceled by %s', old.actor), old.attempts,
            clock_timestamp());
    perform ferry_state.ensure_event_partitions();
    insert into ferry_state.events
           (environment, event, object_kind, object_id, command_id, actor)
    values (old.environment, 'command_canceled', 'command', old.id, old.id, old.actor);
    perform pg_notify('ferry_events', '');
    return old;
end;
$$;

create or replace trigger withdraw_command
    instead of delete on ferry.commands
    for each row execute function ferry_state.withdraw_command();
