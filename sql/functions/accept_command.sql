-- accept_command: what an INSERT into (or COPY to) the view ferry.commands does.
--
-- Checks what can be known now, and puts the command on the queue, in the caller's own
-- transaction. A repeated idempotency key gives back the id of the first command.
-- Raises: FY001 unknown command, FY002-FY004 arguments, FY005 too large, FY006 unknown
--         environment, FY008 idempotency key in use.
create or replace function ferry_state.accept_command()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_definition  ferry_state.command_definitions;
    v_environment text;
    v_same        ferry_state.commands;
begin
    select * into v_definition from ferry_state.command_definitions
     where command = new.command;
    if not found then
        raise exception using errcode = 'FY001',
            message = format('unknown command %s', coalesce('"' || left(new.command, 128) || '"', 'null')),
            hint = 'commands are: ' || (select string_agg(command, ', ' order by command)
                from ferry_state.command_definitions);
    end if;

    if coalesce(new.environment, 'production') = 'production' then
        new.environment := 'production';
    else
        -- As it is spelled, if there are two that differ in the case of letters beyond ASCII.
        select name into v_environment from ferry_state.environments
         where name = new.environment or lower(name) = lower(btrim(new.environment))
         order by name = new.environment desc limit 1;
        if not found then
            raise exception using errcode = 'FY006',
                message = format('environment "%s" does not exist', left(new.environment, 128)),
                hint = 'environments are: ' || (select string_agg(name, ', ' order by name)
                    from ferry_state.environments);
        end if;
        new.environment := v_environment;
    end if;

    new.arguments := coalesce(new.arguments, '{}');
    if jsonb_typeof(new.arguments) <> 'object' then
        raise exception using errcode = 'FY004',
            message = 'arguments must be a JSON object, was '
                || jsonb_typeof(new.arguments),
            hint = 'for example {"name": "Daily customers"}';
    end if;
    if octet_length(new.arguments::text) > 1048576 then
        raise exception using errcode = 'FY005',
            message = format('arguments of %s are larger than 1 MiB', new.command),
            hint = 'send the tables in several commands (add_tables)';
    end if;
    perform ferry_state.check_arguments(new.command, new.arguments, v_definition.arguments);

    new.priority := coalesce(new.priority, 2);
    if new.priority not between 0 and 3 then
        raise exception using errcode = 'FY004',
            message = format('priority must be 0 to 3, was %s', new.priority),
            hint = '0 is applied first, 2 is the default';
    end if;
    if char_length(new.idempotency_key) > 256 then
        raise exception using errcode = 'FY004',
            message = 'idempotency_key is longer than 256 characters',
            hint = 'shorten it';
    end if;

    new.id := nextval('ferry_state.ids');
    new.state := case when new.run_at > clock_timestamp() then 'scheduled' else 'queued' end;
    new.created_at := clock_timestamp();
    if ferry_state.enqueue(new.id, new.command, new.arguments, new.environment, new.priority,
        new.run_at, new.idempotency_key,
        ferry_state.lane_of(v_definition.lane, v_definition.key, new.environment, new.arguments),
        new.actor, new.created_at)
    then
        return new;
    end if;

    select * into strict v_same from ferry_state.commands
     where environment = new.environment and actor = new.actor
       and idempotency_key = new.idempotency_key;
    if (v_same.command, v_same.arguments) is distinct from (new.command, new.arguments) then
        raise exception using errcode = 'FY008',
            message = format('idempotency key "%s" was used for another command (%s)',
                new.idempotency_key, v_same.id),
            hint = 'use a new key, or send the same command with the same arguments';
    end if;
    new.id := v_same.id;
    new.state := null;
    new.created_at := v_same.created_at;
    return new;
end;
$$;

create or replace trigger accept_command
    instead of insert on ferry.commands
    for each row execute function ferry_state.accept_command();
