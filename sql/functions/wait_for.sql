-- wait_for: return when a command is applied; raise its error if it ends otherwise.
--
-- call ferry.wait_for(42, timeout => '30 s')
-- timeout: at most one year.
-- Raises: FY004 a longer timeout; FY009 no such command of the caller; FY010 not applied in time;
--         FY011 the command ended rejected, failed or canceled (its own code is in the error's
--         detail); FY012 when the wait could never end.
--
-- A command is considered sent by the current transaction if this has written something, and the
-- command was sent after it began. This can also be true for a command of the same role from
-- another session; FY012 is then raised as well, and waiting after the commit works.
create or replace procedure ferry.wait_for(id bigint, timeout interval default '30 s')
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_until   timestamptz;
    v_command record;
begin
    if timeout > interval '1 year' then
        raise exception using errcode = 'FY004',
            message = format('timeout must be at most a year, was %s', timeout),
            hint = 'for example timeout => ''30 s''';
    end if;
    v_until := clock_timestamp() + timeout;
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'FY012',
            message = format('wait_for cannot see a command end in a %s transaction',
                             current_setting('transaction_isolation')),
            hint = case when current_setting('default_transaction_isolation') <> 'read committed'
                then 'run set default_transaction_isolation = ''read committed'', then call it outside a transaction block'
                else 'call it outside a transaction block' end;
    end if;
    loop
        select c.state, c.error_code, c.message, c.hint, c.created_at into v_command
          from ferry.command_status as c where c.id = wait_for.id;
        if not found then
            raise exception using errcode = 'FY009',
                message = format('command %s does not exist or was not sent by you', wait_for.id),
                hint = 'list your commands: select id, command from ferry.commands';
        elsif v_command.state = 'applied' then
            return;
        elsif v_command.state in ('rejected', 'failed', 'canceled') then
            raise exception using errcode = 'FY011',
                message = coalesce(v_command.message, 'command ' || v_command.state),
                detail = format('command %s: %s (%s)', wait_for.id, v_command.state,
                                v_command.error_code),
                -- RAISE accepts no null for a hint, and shows an empty one.
                hint = coalesce(nullif(v_command.hint, ''),
                                'resend the command if it is still needed');
        elsif v_command.created_at >= transaction_timestamp()
            and pg_current_xact_id_if_assigned() is not null
        then
            raise exception using errcode = 'FY012',
                message = format('command %s was sent by the current transaction, so no '
                                 'worker can see it', wait_for.id),
                hint = 'commit the transaction, then wait';
        elsif clock_timestamp() >= v_until then
            raise exception using errcode = 'FY010',
                message = format('command %s is still %s after %s', wait_for.id, v_command.state,
                                 timeout),
                hint = 'the command is still applied; check that a worker is running (ferry workers)';
        end if;
        perform pg_sleep(0.02);
    end loop;
end;
$$;
