-- task_tables: the tables that a task reads, for its events: {"table", "part", "parts"} for a
-- single one, otherwise {"tables": [names]}.
create or replace function ferry_state.task_tables(p_run bigint, p_number integer)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case when count(*) = 1
                then jsonb_build_object('table', min(format('%I.%I', table_schema, table_name)),
                                        'part', min(part), 'parts', min(parts))
                else jsonb_build_object('tables', jsonb_agg(
                         format('%I.%I', table_schema, table_name) order by number)) end
      from ferry_state.run_reads where run_id = p_run and task = p_number
$$;
