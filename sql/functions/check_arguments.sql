-- check_arguments: refuse what can be known to be wrong before a command is accepted.
--
-- p_required: those that must be given.
-- Raises: FY002 missing argument, FY003 unknown argument, FY004 wrong type or length, or a secret,
--         FY005 too large.
create or replace function ferry_state.check_arguments(
    p_command    text,
    p_arguments  jsonb,
    p_definition jsonb,  -- {"name": {"type": "string", "required": true, "characters_max": 128}}
    p_required   text[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_text  constant text := p_arguments::text;
    v_name  text;
    v_value jsonb;
    v_rule  jsonb;
    v_type  text;
begin
    if jsonb_typeof(p_arguments) <> 'object' then
        raise exception using errcode = 'FY004',
            message = 'arguments must be a JSON object, was ' || jsonb_typeof(p_arguments),
            hint = 'for example {"name": "Daily customers"}';
    end if;
    if octet_length(v_text) > 1048576 then
        raise exception using errcode = 'FY005',
            message = format('arguments of %s are larger than 1 MiB', p_command),
            hint = 'send the tables in several commands (add_tables)';
    end if;
    -- Commands are kept, so this is where it must not get in.
    if v_text like '%PGP PRIVATE KEY BLOCK%' then
        raise exception using errcode = 'FY004',
            message = format('the arguments of %s hold a SECRET PGP key', p_command),
            hint = 'give the public key (gpg --armor --export); should others have seen this '
                || 'one, revoke it';
    end if;
    for v_name, v_value in select key, value from jsonb_each(p_arguments) loop
        v_rule := p_definition -> v_name;
        if v_rule is null then
            raise exception using errcode = 'FY003',
                message = format('%s has no argument "%s"', p_command, ferry_state.shown_text(v_name)),
                hint = 'its arguments are: ' || (select string_agg(k, ', ' order by k)
                    from jsonb_object_keys(p_definition) as k);
        end if;
        v_type := jsonb_typeof(v_value);
        if v_type = 'null' and v_name <> all (p_required) then
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
                message = format('argument "%s" of %s must be %s, was %s', v_name, p_command,
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
                    v_name, p_command, v_rule ->> 'characters_max'),
                hint = 'shorten it';
        end if;
    end loop;

    -- A required one that is null was refused for its type.
    if not p_arguments ?& p_required then
        v_name := (select name from unnest(p_required) as r (name)
                    where not p_arguments ? name order by name limit 1);
        raise exception using errcode = 'FY002',
            message = format('%s needs argument "%s"', p_command, v_name),
            hint = format('give it in the column "arguments": {"%s": …}', v_name);
    end if;
end;
$$;
