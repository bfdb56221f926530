-- world_json: these objects as the JSON document for the lifecycle core.
--
-- Stable: it must use the snapshot of the calling statement.
create or replace function ferry_state.world_json(
    p_databases      bigint[],
    p_exports        bigint[],
    p_destinations   bigint[],
    p_templates      bigint[],
    p_orchestrations bigint[],
    p_groups         bigint[],
    p_runs           bigint[],
    p_alerts         bigint[],
    p_actors         text[],
    p_all_policies   boolean,
    p_sandboxes      bigint[],
    p_environments   boolean  -- whether to include the names of all
)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select json_build_object(
        'databases', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment, 'name', name,
                       'credential', credential, 'created_by', created_by)), '[]')
              from ferry_state.databases where id = any (p_databases)),
        'data_exports', (
            select coalesce(json_agg(json_build_object(
                       'id', e.id, 'environment', e.environment, 'name', e.name,
                       'version_count', e.version_count, 'draft', e.draft,
                       'created_by', e.created_by,
                       'active', case when v.number is not null then json_build_object(
                           'number', v.number, 'database_id', v.database_id,
                           'tables', v.tables, 'table_settings', v.table_settings,
                           'activated_by', v.activated_by) end)), '[]')
              from ferry_state.data_exports as e
              left join ferry_state.data_export_versions as v
                on v.data_export_id = e.id and v.number = e.active_version
             where e.id = any (p_exports)),
        'destinations', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment, 'name', name, 'kind', kind,
                       'settings', settings, 'administrators_only', administrators_only,
                       'created_by', created_by)), '[]')
              from ferry_state.destinations where id = any (p_destinations)),
        'data_templates', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment, 'destination_id', destination_id,
                       'name', name, 'settings', settings, 'created_by', created_by)), '[]')
              from ferry_state.data_templates where id = any (p_templates)),
        'orchestrations', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment, 'name', name,
                       'data_export_id', data_export_id, 'destination_id', destination_id,
                       'data_template_id', data_template_id, 'created_by', created_by)), '[]')
              from ferry_state.orchestrations where id = any (p_orchestrations)),
        'orchestration_groups', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment, 'name', name, 'enabled', enabled,
                       'orchestration_ids', array(
                           select orchestration_id from ferry_state.orchestration_group_members
                            where group_id = g.id order by position),
                       'schedule', schedule, 'time_zone', time_zone, 'catch_up', catch_up,
                       'after_id', after_id,
                       'next_times', array(
                           select extract(epoch from t)::bigint from unnest(next_times) as t),
                       'runs_as', runs_as, 'created_by', created_by)), '[]')
              from ferry_state.orchestration_groups as g where id = any (p_groups)),
        'runs', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment,
                       'orchestration_id', orchestration_id,
                       'orchestration_name', orchestration_name,
                       'data_export_id', data_export_id, 'data_export_name', data_export_name,
                       'data_export_version', data_export_version, 'database_id', database_id,
                       'destination_id', destination_id, 'destination_name', destination_name,
                       'state', state, 'inputs', inputs, 'resolves', resolves,
                       'resolution', resolution, 'group_run_id', group_run_id,
                       'group_id', group_id, 'group_name', group_name,
                       'created_by', created_by)), '[]')
              from ferry_state.runs where id = any (p_runs)),
        'alerts', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'environment', environment, 'name', name,
                       'orchestration_id', orchestration_id, 'settings', settings,
                       'created_by', created_by)), '[]')
              from ferry_state.alerts where id = any (p_alerts)),
        'sandboxes', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'name', name, 'description', description, 'base', base,
                       'created_by', created_by)), '[]')
              from ferry_state.sandboxes where id = any (p_sandboxes)),
        'environments', (
            select json_agg(name order by name) from ferry_state.environments where p_environments),
        'settings', (select json_object_agg(name, value) from ferry_state.settings),
        'rights', ferry_state.policies_of(p_actors),
        'policy_assignments', (
            select coalesce(json_agg(json_build_object(
                       'id', id, 'role', role, 'policy', policy, 'environment', environment,
                       'denial', denial, 'options', options, 'created_by', created_by)), '[]')
              from ferry_state.policy_assignments where p_all_policies)
    )::text
$$;
