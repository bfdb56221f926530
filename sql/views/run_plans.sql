-- run_plans: what a run would write, a row per table, for the sender of plan_run; kept for a day.
--
-- Rows and bytes are estimates, from the source's statistics and a sample; first_rows contains
-- values as shortened text, in the order of columns.
create or replace view ferry.run_plans with (security_barrier) as
select p.id,
       p.environment,
       p.orchestration,
       p.version,
       t.number::integer as number,
       t.value ->> 'schema' as table_schema,
       t.value ->> 'name' as table_name,
       t.value ->> 'file' as file,
       (t.value ->> 'files_estimated')::bigint as files_estimated,
       (t.value ->> 'rows_estimated')::bigint as rows_estimated,
       (t.value ->> 'bytes_estimated')::bigint as bytes_estimated,
       t.value -> 'columns' as columns,
       t.value -> 'first_rows' as first_rows,
       t.value ->> 'warning' as warning,
       p.created_by,
       p.created_at
  from ferry_state.run_plans as p
 cross join lateral jsonb_array_elements(p.plan -> 'tables')
       with ordinality as t (value, number)
 where p.created_by = current_user;
