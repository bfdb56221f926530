-- cancel_command: request the cancellation of a command that no worker has applied yet.
--
-- Only its actor can do this. A worker cancels the command the next time it checks, in a separate
-- transaction. Until then its state is 'canceling'; ferry.command_status then shows whether it was
-- canceled, or applied just before.
-- Raises: FY009 when the command does not exist, was not sent by the caller, or has already ended.
create or replace function ferry.cancel_command(id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ferry.cancellations (command_id) values (cancel_command.id);
    if not found then
        raise exception using errcode = 'FY009',
            message = format('command %s is not waiting to be applied', cancel_command.id),
            hint = 'check its state in ferry.command_status; only the role that sent a command can cancel it';
    end if;
end;
$$;
