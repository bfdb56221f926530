-- runs: every execution of an orchestration, with its progress, newest first.
--
-- percent and rows_estimated come from the source's statistics until a table is done; rate is bytes
-- per second since the run started; seconds_left follows from both. An ended run stores its sums
-- (see note_run_sums), so that only unfinished runs are added up.
--
-- data_export_key is the name of the data export in lower case; an index finds runs by it.
--
-- Ordered, and with all other data looked up row by row, so that only the newest rows are read: for
-- all rows the planner would prefer joins.
create or replace view ferry.runs with (security_barrier) as
select r.id,
       r.environment,
       r.orchestration_name as orchestration,
       r.data_export_name as data_export,
       r.data_export_version as version,
       r.destination_name as destination,
       r.state,
       r.attempts,
       t.tables,
       t.tables_done,
       t.rows,
       b.bytes,
       t.rows_expected,
       case when r.state in ('publishing', 'succeeded') then 100.0
            when t.rows_expected > 0 then round(100.0 * t.rows / t.rows_expected, 1)
            else 0.0 end as percent,
       f.bytes_per_second,
       case when r.state = 'running' and t.rows > 0
            then round(f.seconds * (t.rows_expected - t.rows) / t.rows) end as seconds_left,
       r.created_by,
       r.created_at,
       r.started_at,
       r.snapshot_at,
       r.finished_at,
       r.retry_at,
       r.error_code,
       r.error_message,
       r.error_hint,
       r.warnings,
       (select w.name from ferry_state.workers as w where w.id = r.worker_id) as worker,
       (select m.sha256 from ferry_state.run_manifests as m where m.run_id = r.id)
           as manifest_sha256,
       r.resolves,
       r.resolution,
       (select n.id from ferry_state.runs as n
         where n.resolves = r.id and n.state <> 'stopped' order by n.id desc limit 1)
           as resolved_by,
       r.inputs -> 'skipped_tables' as skipped_tables,
       r.error_origin,
       r.group_run_id as group_run,
       r.group_name as orchestration_group,
       r.data_export_key,
       r.publishing_at,
       r.stuck_at
  from ferry_state.runs as r
  left join lateral (
      select count(*) filter (where part = 1) as tables,
             count(distinct (table_schema, table_name))
                 - count(distinct (table_schema, table_name)) filter (where state <> 'done')
                 as tables_done,
             coalesce(sum(rows), 0)::bigint as rows,
             coalesce(sum(bytes), 0)::bigint as bytes,
             coalesce(sum(case when state = 'done' then rows
                               else greatest(rows_estimated, rows) end), 0)::bigint as rows_expected
        from ferry.run_tasks where run_id = r.id and r.tables is null
  ) as alive on true
 cross join lateral (
      select coalesce(r.tables, alive.tables) as tables,
             coalesce(r.tables_done, alive.tables_done) as tables_done,
             coalesce(r.rows, alive.rows) as rows,
             coalesce(r.task_bytes, alive.bytes) as bytes,
             coalesce(r.rows_expected, alive.rows_expected) as rows_expected
  ) as t
 cross join lateral (
      select extract(epoch from greatest(coalesce(r.finished_at, clock_timestamp())
                 - coalesce(r.snapshot_at, r.started_at), interval '1 ms')) as seconds,
             -- The delivery may be one archive of all files.
             coalesce(r.bytes, t.bytes) as bytes
  ) as b
 cross join lateral (
      select b.seconds, round(b.bytes / b.seconds)::bigint as bytes_per_second
  ) as f
 where ferry_state.is_visible(r.environment, (select ferry_state.visible_environments(current_user)))
 order by r.id desc;
