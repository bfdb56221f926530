-- save_changes: write the objects that a batch of commands created, changed or deleted.
create or replace function ferry_state.save_changes(p_changes json)
returns void
language plpgsql
as $$
begin
    insert into ferry_state.data_export_versions
           (data_export_id, number, environment, name, database_id, tables, activated_by)
    select export_id, number, environment, name, database_id, tables, activated_by
      from json_to_recordset(p_changes -> 'versions') as r (
          export_id bigint, number integer, environment text, name text,
          database_id bigint, tables jsonb, activated_by text);

    -- Deletions first, dependents before what they depend on: a name freed here may be taken below.
    delete from ferry_state.orchestrations
     where id in (select ferry_state.deleted_ids(p_changes, 'orchestrations'));
    delete from ferry_state.data_templates
     where id in (select ferry_state.deleted_ids(p_changes, 'data_templates'));
    delete from ferry_state.destinations
     where id in (select ferry_state.deleted_ids(p_changes, 'destinations'));
    delete from ferry_state.data_exports
     where id in (select ferry_state.deleted_ids(p_changes, 'data_exports'));
    delete from ferry_state.databases
     where id in (select ferry_state.deleted_ids(p_changes, 'databases'));

    insert into ferry_state.databases (id, environment, name, key, connection, created_by)
    select id, environment, name, key, connection, created_by
      from json_to_recordset(p_changes -> 'saved' -> 'databases') as r (
          id bigint, environment text, name text, key text, connection text, created_by text)
    on conflict (id) do update set connection = excluded.connection;

    insert into ferry_state.data_exports
           (id, environment, name, key, version_count, active_version, draft, created_by)
    select id, environment, name, key, version_count, (active ->> 'number')::integer, draft, created_by
      from json_to_recordset(p_changes -> 'saved' -> 'data_exports') as r (
          id bigint, environment text, name text, key text, version_count integer,
          active json, draft jsonb, created_by text)
    on conflict (id) do update
       set version_count = excluded.version_count, active_version = excluded.active_version,
           draft = excluded.draft, changed_at = now();

    insert into ferry_state.destinations
           (id, environment, name, key, kind, settings, administrators_only, created_by)
    select id, environment, name, key, kind, settings, administrators_only, created_by
      from json_to_recordset(p_changes -> 'saved' -> 'destinations') as r (
          id bigint, environment text, name text, key text, kind text, settings jsonb,
          administrators_only boolean, created_by text)
    on conflict (id) do update
       set settings = excluded.settings, administrators_only = excluded.administrators_only;

    insert into ferry_state.data_templates
           (id, environment, destination_id, name, key, settings, created_by)
    select id, environment, destination_id, name, key, settings, created_by
      from json_to_recordset(p_changes -> 'saved' -> 'data_templates') as r (
          id bigint, environment text, destination_id bigint, name text, key text,
          settings jsonb, created_by text)
    on conflict (id) do update set settings = excluded.settings;

    insert into ferry_state.orchestrations
           (id, environment, name, key, data_export_id, destination_id, data_template_id, created_by)
    select id, environment, name, key, data_export_id, destination_id, data_template_id, created_by
      from json_to_recordset(p_changes -> 'saved' -> 'orchestrations') as r (
          id bigint, environment text, name text, key text, data_export_id bigint,
          destination_id bigint, data_template_id bigint, created_by text)
    on conflict (id) do nothing;

    if json_array_length(p_changes -> 'saved' -> 'runs') > 0 then
        perform ferry_state.save_runs(p_changes -> 'saved' -> 'runs');
    end if;
end;
$$;
