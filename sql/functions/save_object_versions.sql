-- save_object_versions: append the versions of objects that commands of a batch created, in that
-- order, each with the next number.
create or replace function ferry_state.save_object_versions(p_versions json)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into ferry_state.object_versions
           (kind, object_id, number, environment, name, destination, definition, actor, command_id)
    select v.kind, v.object_id,
           -- The version of a data export's deletion comes after those of its activations.
           greatest((select max(o.number) from ferry_state.object_versions as o
                      where o.kind = v.kind and o.object_id = v.object_id),
                    (select max(e.number) from ferry_state.data_export_versions as e
                      where v.kind = 'data_export' and e.data_export_id = v.object_id), 0)
               + row_number() over (partition by v.kind, v.object_id order by v.place),
           v.environment, v.name, v.destination, v.definition, v.actor, v.command_id
      from rows from (json_to_recordset(p_versions) as (
               kind text, object_id bigint, environment text, name text, destination text,
               definition jsonb, actor text, command_id bigint)) with ordinality
           as v (kind, object_id, environment, name, destination, definition, actor, command_id,
                 place)
$$;
