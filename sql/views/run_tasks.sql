-- run_tasks: the tables of each run, some in several parts, and how far they are.
create or replace view ferry.run_tasks as
select t.run_id,
       t.number,
       t.table_schema,
       t.table_name,
       t.part,
       t.parts,
       t.file,
       t.state,
       coalesce(t.rows, p.rows, 0) as rows,
       coalesce(t.bytes, p.bytes, 0) as bytes,
       t.rows_estimated,
       t.token,
       w.name as worker,
       t.started_at,
       t.finished_at,
       t.error_code,
       t.error_message,
       t.error_hint
  from ferry_state.run_tasks as t
  left join ferry_state.workers as w on w.id = t.worker_id
  left join lateral (
      select rows, bytes from ferry_state.task_progress as p
       where p.run_id = t.run_id and p.number = t.number and p.token = t.token
       order by id desc limit 1
  ) as p on t.state = 'running';
