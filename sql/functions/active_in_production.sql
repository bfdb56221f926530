-- active_in_production: the active versions of production's data exports from databases with this
-- credential that send any of these tables, or all tables, as JSON.
--
-- p_tables: canonical names; null for versions of any tables.
create or replace function ferry_state.active_in_production(p_credential text, p_tables text[])
returns json
language sql
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(json_agg(json_build_object(
               'number', v.number, 'database_id', v.database_id, 'tables', v.tables,
               'table_settings', v.table_settings, 'activated_by', v.activated_by)), '[]')
      from ferry_state.databases as d
      join ferry_state.data_export_versions as v on v.database_id = d.id
      join ferry_state.data_exports as e
        on e.id = v.data_export_id and e.active_version = v.number
     where d.environment = 'production' and d.credential = p_credential
       and (p_tables is null or v.tables = '"all"' or v.tables ?| p_tables)
$$;
