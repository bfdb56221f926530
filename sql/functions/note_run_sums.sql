-- note_run_sums: store the sums of its tasks in an ended run; they no longer change.
--
-- Therefore lists of runs add up only unfinished runs, and the tasks of a run can be removed before
-- it.
create or replace function ferry_state.note_run_sums()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    select count(*) filter (where d.part = 1),
           count(distinct (d.table_schema, d.table_name))
               - count(distinct (d.table_schema, d.table_name)) filter (where t.state <> 'done'),
           coalesce(sum(d.rows), 0), coalesce(sum(d.bytes), 0),
           coalesce(sum(case when t.state = 'done' then d.rows
                             else greatest(d.rows_estimated, coalesce(d.rows, 0)) end), 0)
      into new.tables, new.tables_done, new.rows, new.task_bytes, new.rows_expected
      from ferry_state.run_tasks as t
      join ferry_state.run_reads as d on d.run_id = t.run_id and d.task = t.number
     where t.run_id = new.id;
    return new;
end;
$$;

create or replace trigger note_run_sums
    before insert or update of finished_at on ferry_state.runs
    for each row when (new.finished_at is not null and new.tables is null)
    execute function ferry_state.note_run_sums();
