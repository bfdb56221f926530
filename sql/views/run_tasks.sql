-- run_tasks: the tables of each run, possibly in several parts, with their progress.
--
-- While its run waits for a retry, retry_at shows when; the table that failed has the error.
--
-- Small tables share a task: one worker reads them one after another, with one token.
create or replace view ferry.run_tasks with (security_barrier) as
select t.run_id,
       d.number,
       d.table_schema,
       d.table_name,
       d.part,
       d.parts,
       d.file,
       case when t.state = 'running'
            then case when p.done then 'done'
                      when p.rows is not null or d.number = t.number then 'running'
                      else 'available' end
            when t.state = 'failed' and t.error_read <> d.number then 'available'
            else t.state end as state,
       coalesce(d.rows, p.rows, 0) as rows,
       coalesce(d.bytes, p.bytes, 0) as bytes,
       d.rows_estimated,
       t.number as task,
       t.token,
       w.name as worker,
       t.started_at,
       t.finished_at,
       case when e.here then t.error_code end as error_code,
       case when e.here then t.error_message end as error_message,
       case when e.here then t.error_hint end as error_hint,
       case when e.here then t.error_origin end as error_origin,
       r.retry_at
  from ferry_state.run_tasks as t
  join ferry_state.runs as r
    on r.id = t.run_id
   and ferry_state.is_visible(r.environment,
                              (select ferry_state.visible_environments(current_user)))
  join ferry_state.run_reads as d on d.run_id = t.run_id and d.task = t.number
 cross join lateral (select coalesce(t.error_read, d.number) = d.number as here) as e
  left join ferry_state.workers as w on w.id = t.worker_id
  left join lateral (
      select p.rows, p.bytes, p.done from ferry_state.task_progress as p
       where t.state = 'running'
         and p.run_id = t.run_id and p.number = t.number and p.read = d.number
         and p.token = t.token
       order by id desc limit 1
  ) as p on true;
