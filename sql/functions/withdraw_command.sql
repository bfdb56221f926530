-- withdraw_command: handle an INSERT into the view ferry.cancellations: request the cancellation of
-- an unfinished command. Commands that have ended, or were not sent by the caller, are skipped.
--
-- The request is a row that the next claim of a worker processes: a sender's transaction holds
-- nothing that a worker needs. A worker that is applying the command meanwhile is not interrupted.
-- A repeated request is ignored.
create or replace function ferry_state.withdraw_command()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from ferry_state.commands
                    where id = new.command_id and actor = new.actor)
       or not exists (select from ferry_state.command_queue where command_id = new.command_id)
      and not exists (select from ferry_state.command_waits where command_id = new.command_id)
    then
        return null;
    end if;
    new.login := session_user;
    insert into ferry_state.command_cancellations (command_id, actor, login)
    values (new.command_id, new.actor, nullif(new.login, new.actor))
    on conflict do nothing;
    perform pg_notify('ferry_commands', '');
    return new;
end;
$$;

create or replace trigger withdraw_command
    instead of insert on ferry.cancellations
    for each row execute function ferry_state.withdraw_command();
