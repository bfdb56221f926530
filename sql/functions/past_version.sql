-- past_version: an earlier version of a data export, and its database if that is still registered,
-- as JSON. Null when the version was pruned.
--
-- Locks: the database, against being unregistered or edited before the caller commits.
create or replace function ferry_state.past_version(p_data_export bigint, p_number integer)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_version  ferry_state.data_export_versions;
    v_database ferry_state.databases;
begin
    select * into v_version from ferry_state.data_export_versions
     where data_export_id = p_data_export and number = p_number;
    if not found then
        return null;
    end if;
    select * into v_database from ferry_state.databases
     where id = v_version.database_id for share;
    return json_build_object(
        'version', json_build_object(
            'number', v_version.number, 'database_id', v_version.database_id,
            'tables', v_version.tables, 'table_settings', v_version.table_settings,
            'activated_by', v_version.activated_by),
        'database', case when v_database.id is not null then json_build_object(
            'id', v_database.id, 'environment', v_database.environment,
            'name', v_database.name, 'credential', v_database.credential,
            'created_by', v_database.created_by) end);
end;
$$;
