-- fill_command_definitions: update the table of commands to the definitions of this release.
--
-- Called by every migration. Changes only the rows that differ. The definitions come from the
-- program, which generates the function defined_commands: [{"command", "lane", "key", "parameters",
-- "arguments", "refers", "description"}].
create or replace function ferry_state.fill_command_definitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from ferry_state.command_definitions as known
     where not exists (select from jsonb_array_elements(ferry_state.defined_commands()) as d
                        where d ->> 'command' = known.command);
    insert into ferry_state.command_definitions as known
           (command, lane, key, parameters, arguments, required, refers, referring, accepts,
            bytes_safe, description)
    select command, lane, key, parameters, arguments,
           array(select a.key from jsonb_each(d.arguments) as a
                  where (a.value ->> 'required')::boolean order by a.key),
           refers,
           array(select distinct split_part(split_part(r, ':', 2), ',', 1)
                   from unnest(refers) as r order by 1),
           ferry_state.accepting_path(d.arguments),
           coalesce((select min((a.value ->> 'characters_max')::integer)
                       from jsonb_each(d.arguments) as a), 256),
           description
      from jsonb_to_recordset(ferry_state.defined_commands())
        as d (command text, lane text, key text[], parameters text[], arguments jsonb,
              refers text[], description text)
    on conflict (command) do update
       set lane = excluded.lane, key = excluded.key, parameters = excluded.parameters,
           arguments = excluded.arguments, required = excluded.required,
           refers = excluded.refers, referring = excluded.referring, accepts = excluded.accepts,
           bytes_safe = excluded.bytes_safe, description = excluded.description
     where (known.lane, known.key, known.parameters, known.arguments, known.required,
            known.refers, known.referring, known.accepts::text, known.bytes_safe,
            known.description)
           is distinct from
           (excluded.lane, excluded.key, excluded.parameters, excluded.arguments,
            excluded.required, excluded.refers, excluded.referring, excluded.accepts::text,
            excluded.bytes_safe, excluded.description);
end;
$$;
