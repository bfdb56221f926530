-- cancel_command: ask for a command that no worker has applied yet to be canceled.
--
-- Only its own actor may. A worker honours it at its next look, in a transaction of its own: the
-- command's state is 'canceling' until then, and whether it was canceled or applied just before is
-- seen in ferry.command_status.
-- Raises: FY009 when there is no such command of the caller's, or it has already ended.
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
