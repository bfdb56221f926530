-- save_changes: write the objects that a batch of commands created, changed or deleted.
--
-- p_deleted:  ids by kind: {"data_exports": [1, 2]}
-- p_versions: versions of activated data exports, kept until they are pruned.
-- p_object_versions: versions of other objects that the batch created, edited and deleted, kept
--   likewise.
-- p_plans:    plans of runs, kept for a day.
-- p_alerts:   alerts, and their requested messages.
-- p_sandboxes: as in save_sandboxes.
-- The others: new and changed objects, an array for each kind. Each is null when there are none.
create or replace function ferry_state.save_changes(
    p_deleted        json,
    p_versions       json,
    p_object_versions json,
    p_databases      json,
    p_data_exports   json,
    p_destinations   json,
    p_data_templates json,
    p_orchestrations json,
    p_runs           json,
    p_plans          json,
    p_policies       json,
    p_alerts         json,
    p_groups         json,
    p_sandboxes      json
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ferry_state.data_export_versions
           (data_export_id, number, environment, name, database_id, tables, table_settings,
            activated_by, command_id)
    select export_id, number, environment, name, database_id, tables, table_settings, activated_by,
           command_id
      from json_to_recordset(p_versions) as r (
          export_id bigint, number integer, environment text, name text,
          database_id bigint, tables jsonb, table_settings jsonb, activated_by text,
          command_id bigint);
    if p_object_versions is not null then
        perform ferry_state.save_object_versions(p_object_versions);
    end if;

    if p_deleted is not null then
        -- An orchestration may change from an object that is removed here to another one.
        set constraints all deferred;
        perform ferry_state.delete_objects(p_deleted);
    end if;
    insert into ferry_state.databases (id, environment, name, key, credential, created_by)
    select id, environment, name, key, credential, created_by
      from json_to_recordset(p_databases) as r (
          id bigint, environment text, name text, key text, credential text, created_by text)
    on conflict (id) do update set credential = excluded.credential;

    insert into ferry_state.data_exports
           (id, environment, name, key, version_count, active_version, draft, created_by)
    select id, environment, name, key, version_count, (active ->> 'number')::integer, draft, created_by
      from json_to_recordset(p_data_exports) as r (
          id bigint, environment text, name text, key text, version_count integer,
          active json, draft jsonb, created_by text)
    on conflict (id) do update
       set version_count = excluded.version_count, active_version = excluded.active_version,
           draft = excluded.draft, changed_at = now();

    insert into ferry_state.destinations
           (id, environment, name, key, kind, settings, administrators_only, created_by)
    select id, environment, name, key, kind, settings, administrators_only, created_by
      from json_to_recordset(p_destinations) as r (
          id bigint, environment text, name text, key text, kind text, settings jsonb,
          administrators_only boolean, created_by text)
    on conflict (id) do update
       set kind = excluded.kind, settings = excluded.settings,
           administrators_only = excluded.administrators_only;

    insert into ferry_state.data_templates
           (id, environment, destination_id, name, key, settings, created_by)
    select id, environment, destination_id, name, key, settings, created_by
      from json_to_recordset(p_data_templates) as r (
          id bigint, environment text, destination_id bigint, name text, key text,
          settings jsonb, created_by text)
    on conflict (id) do update set settings = excluded.settings;

    insert into ferry_state.orchestrations
           (id, environment, name, key, data_export_id, destination_id, data_template_id, created_by)
    select id, environment, name, key, data_export_id, destination_id, data_template_id, created_by
      from json_to_recordset(p_orchestrations) as r (
          id bigint, environment text, name text, key text, data_export_id bigint,
          destination_id bigint, data_template_id bigint, created_by text)
    on conflict (id) do update
       set data_export_id = excluded.data_export_id, destination_id = excluded.destination_id,
           data_template_id = excluded.data_template_id;
    if p_groups is not null then
        perform ferry_state.save_groups(p_groups);
    end if;
    if p_deleted is not null then
        set constraints all immediate;
    end if;

    if p_runs is not null then
        perform ferry_state.save_runs(p_runs);
    end if;
    if p_policies is not null or p_deleted -> 'policy_assignments' is not null then
        perform ferry_state.save_policies(p_policies, p_deleted -> 'policy_assignments');
    end if;
    if p_alerts is not null then
        perform ferry_state.save_alerts(p_alerts);
    end if;
    if p_sandboxes is not null then
        perform ferry_state.save_sandboxes(p_sandboxes);
    end if;
    insert into ferry_state.run_plans
           (id, environment, orchestration, version, plan, created_by)
    select id, environment, orchestration, version, plan, created_by
      from json_to_recordset(p_plans) as r (
          id bigint, environment text, orchestration text, version integer, plan jsonb,
          created_by text);
end;
$$;
