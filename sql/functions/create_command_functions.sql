-- create_command_functions: one typed function per command, from its definition.
--
-- ferry.create_data_export('Daily customers') inserts the command and returns its id. Each takes
-- the command's arguments, then environment, priority, run_at and idempotency_key. For a command
-- with tables, all_tables => true means every table of the database at the time of each run.
create or replace function ferry_state.create_command_functions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_command    record;
    v_parameters text;
    v_values     text;
begin
    perform ferry_state.fill_command_definitions();
    for v_command in select * from ferry_state.command_definitions order by command loop
        select string_agg(
                   format('%I %s%s', p.name,
                          case p.rule ->> 'type' when 'string' then 'text'
                               when 'integer' then 'bigint' when 'boolean' then 'boolean'
                               when 'object' then 'jsonb' when 'tables' then 'text[]'
                               when 'strings' then 'text[]' when 'names' then 'text[]' end,
                          case when p.optional then ' default null' else '' end)
                   || case when p.rule ->> 'type' = 'tables' and v_command.command <> 'remove_tables'
                           then ', all_tables boolean default false' else '' end,
                   ', ' order by p.position),
               string_agg(
                   format('(%L, %s)', p.name,
                          case when p.rule ->> 'type' = 'tables' and v_command.command <> 'remove_tables'
                               then 'case when all_tables then jsonb ''"all"'' else to_jsonb(tables) end'
                               when p.rule ->> 'type' = 'tables' then 'to_jsonb(tables)'
                               else format('to_jsonb(%I.%I)', v_command.command, p.name) end),
                   ', ' order by p.position)
          into v_parameters, v_values
          from (
            select name, position, v_command.arguments -> name as rule,
                   not (v_command.arguments -> name ->> 'required')::boolean
                   or v_command.arguments -> name ->> 'type' = 'tables'
                      and v_command.command <> 'remove_tables' as optional
              from unnest(v_command.parameters) with ordinality as u (name, position)
          ) as p;
        execute format(
            'create or replace function ferry.%1$I(%2$s, environment text default ''production'',
                 priority integer default null, run_at timestamptz default null,
                 idempotency_key text default null)
             returns bigint
             language sql
             set search_path = pg_catalog, pg_temp
             as $body$
                 insert into ferry.commands (command, arguments, environment, priority, run_at,
                                             idempotency_key)
                 select %1$L, coalesce(jsonb_object_agg(argument, value), ''{}''),
                        %1$I.environment, %1$I.priority, %1$I.run_at,
                        %1$I.idempotency_key
                   from (values %3$s) as given (argument, value)
                  where value is not null
                 returning id
             $body$',
            v_command.command, v_parameters, v_values);
        execute format('comment on function ferry.%I is %L', v_command.command, v_command.description);
    end loop;
end;
$$;
