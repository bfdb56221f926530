-- check_command: refuse errors that can be detected before a command is accepted.
--
-- p_new: the command, with its environment in its original spelling.
-- Raises: FY001 unknown command, FY002 missing argument, FY003 unknown argument, FY004 wrong type
--         or length, or a secret, FY005 too large, FY016 priority not allowed for its sender.
create or replace function ferry_state.check_command(p_new ferry.commands)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_definition ferry_state.command_definitions;
    v_name  text;
    v_value jsonb;
    v_rule  jsonb;
    v_type  text;
begin
    select * into v_definition from ferry_state.command_definitions where command = p_new.command;
    if not found then
        raise exception using errcode = 'FY001',
            message = format('unknown command %s',
                coalesce('"' || ferry_state.shown_text(p_new.command) || '"', 'null')),
            hint = 'commands are: ' || (select string_agg(command, ', ' order by command)
                from ferry_state.command_definitions);
    end if;
    if jsonb_typeof(p_new.arguments) <> 'object' then
        raise exception using errcode = 'FY004',
            message = 'arguments must be a JSON object, was ' || jsonb_typeof(p_new.arguments),
            hint = 'for example {"name": "Daily customers"}';
    end if;
    if octet_length(p_new.arguments::text) > 1048576 then
        raise exception using errcode = 'FY005',
            message = format('arguments of %s are larger than 1 MiB', p_new.command),
            hint = 'split the tables over several commands (add_tables)';
    end if;
    -- Commands are stored, so secrets must be refused here.
    if p_new.arguments::text ~ '-----BEGIN PGP (PRIVATE|SECRET) KEY BLOCK' then
        raise exception using errcode = 'FY004',
            message = format('the arguments of %s contain a secret PGP key', p_new.command),
            hint = 'give the public key (gpg --armor --export); if others could have seen this '
                || 'key, revoke it';
    end if;
    v_name := ferry_state.secret_in(p_new.command, p_new.arguments);
    if v_name is not null then
        raise exception using errcode = 'FY004',
            message = format('argument "%s" of %s contains a secret',
                             ferry_state.shown_text(v_name), p_new.command),
            hint = 'commands are stored: give the secret to the workers and refer to it by name; '
                || 'if others could have seen this secret, change it';
    end if;
    for v_name, v_value in select key, value from jsonb_each(p_new.arguments) loop
        v_rule := v_definition.arguments -> v_name;
        if v_rule is null then
            raise exception using errcode = 'FY003',
                message = format('%s has no argument "%s"', p_new.command, ferry_state.shown_text(v_name)),
                hint = 'its arguments are: ' || (select string_agg(k, ', ' order by k)
                    from jsonb_object_keys(v_definition.arguments) as k);
        end if;
        v_type := jsonb_typeof(v_value);
        if v_type = 'null' and v_name <> all (v_definition.required) then
            continue;
        end if;
        if not (case v_rule ->> 'type'
                when 'string'  then v_type = 'string'
                when 'boolean' then v_type = 'boolean'
                when 'object'  then v_type = 'object'
                when 'integer' then v_type = 'number' and v_value::text ~ '^[0-9]{1,18}$'
                when 'tables'  then v_value = '"all"' or (v_type = 'array'
                                    and not jsonb_path_exists(v_value, '$[*] ? (@.type() != "string")'))
                when 'strings' then v_type = 'array'
                                    and not jsonb_path_exists(v_value, '$[*] ? (@.type() != "string")')
                when 'names'   then v_type = 'array'
                                    and not jsonb_path_exists(v_value, '$[*] ? (@.type() != "string")')
                else false
            end)
        then
            raise exception using errcode = 'FY004',
                message = format('argument "%s" of %s must be %s, was %s', v_name, p_new.command,
                    case v_rule ->> 'type'
                    when 'tables'  then 'an array of table names or "all"'
                    when 'strings' then 'an array of strings'
                    when 'names'   then 'an array of names'
                    when 'integer' then 'a whole number'
                    when 'object'  then 'an object'
                    else 'a ' || (v_rule ->> 'type')
                    end,
                    case when v_type = 'string' then 'the string ' || ferry_state.shown_text(v_value::text)
                    else v_type end),
                hint = 'see docs/commands.md';
        end if;
        if v_type = 'string'
           and char_length(v_value #>> '{}') > (v_rule ->> 'characters_max')::integer then
            raise exception using errcode = 'FY004',
                message = format('argument "%s" of %s is longer than %s characters',
                    v_name, p_new.command, v_rule ->> 'characters_max'),
                hint = 'shorten it';
        end if;
    end loop;

    -- A required argument that is null was already refused for its type.
    if not p_new.arguments ?& v_definition.required then
        v_name := (select name from unnest(v_definition.required) as r (name)
                    where not p_new.arguments ? name order by name limit 1);
        raise exception using errcode = 'FY002',
            message = format('%s requires argument "%s"', p_new.command, v_name),
            hint = format('add it to the column "arguments": {"%s": …}', v_name);
    end if;
    if p_new.priority not between 0 and 3 or char_length(p_new.idempotency_key) > 256 then
        raise exception using errcode = 'FY004',
            message = case when p_new.priority not between 0 and 3
                then format('priority must be 0 to 3, was %s', p_new.priority)
                else 'idempotency_key is longer than 256 characters' end,
            hint = case when p_new.priority not between 0 and 3
                then '0 is applied first, 2 is the default' else 'shorten it' end;
    end if;
    if p_new.priority < 2 and not ferry_state.may_hurry(p_new.actor, p_new.environment) then
        raise exception using errcode = 'FY016',
            message = format('%s is not allowed to send commands with priority %s',
                             ferry_state.shown_text(p_new.actor), p_new.priority),
            hint = format('use priority 2 or 3; priorities 0 and 1 require datagrid_administrator or '
                'datagrid_operator in %s', ferry_state.shown_text(p_new.environment));
    end if;
end;
$$;
