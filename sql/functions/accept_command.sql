-- accept_command: what an INSERT into (or COPY to) the view ferry.commands does.
--
-- Checks what can be known now, and puts the command on the queue, in the caller's own
-- transaction. A repeated idempotency key gives back the first command: its id, run_at, priority,
-- created_at and state.
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
begin
    select * into v_definition from ferry_state.command_definitions
     where command = new.command;
    if not found then
        raise exception using errcode = 'FY001',
            message = format('unknown command %s',
                coalesce('"' || ferry_state.shown_text(new.command) || '"', 'null')),
            hint = 'commands are: ' || (select string_agg(command, ', ' order by command)
                from ferry_state.command_definitions);
    end if;
    if new.environment <> 'production' then
        new.environment := ferry_state.known_environment(new.environment, new.actor);
    elsif new.environment is null then
        new.environment := 'production';
    end if;

    new.arguments := coalesce(new.arguments, '{}');
    perform ferry_state.check_arguments(new.command, new.arguments, v_definition.arguments,
                                        v_definition.required);
    if new.priority not between 0 and 3 or char_length(new.idempotency_key) > 256 then
        raise exception using errcode = 'FY004',
            message = case when new.priority not between 0 and 3
                then format('priority must be 0 to 3, was %s', new.priority)
                else 'idempotency_key is longer than 256 characters' end,
            hint = case when new.priority not between 0 and 3
                then '0 is applied first, 2 is the default' else 'shorten it' end;
    end if;

    new.priority := coalesce(new.priority, 2);
    new.id := nextval('ferry_state.ids');
    new.created_at := clock_timestamp();
    new.state := case when new.run_at > new.created_at then 'scheduled' else 'queued' end;
    if ferry_state.enqueue(new.id, new.command, new.arguments, new.environment,
        new.priority::smallint, new.run_at, new.idempotency_key,
        ferry_state.lane_of(v_definition.lane, v_definition.key, new.environment, new.arguments),
        case when v_definition.refers = '{}' then '{}'
             else ferry_state.referred_lanes(v_definition.refers, new.environment, new.arguments)
        end,
        new.actor, new.created_at)
    then
        return new;
    end if;
    return ferry_state.first_with_key(new);
end;
$$;

create or replace trigger accept_command
    instead of insert on ferry.commands
    for each row execute function ferry_state.accept_command();
