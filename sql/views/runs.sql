-- runs: every execution of an orchestration, with its progress.
--
-- percent and rows_estimated come from the source's statistics until a table is done; rate is bytes
-- per second since the run started; seconds_left follows from both.
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
       w.name as worker,
       m.sha256 as manifest_sha256,
       r.resolves,
       r.resolution,
       n.id as resolved_by,
       r.inputs -> 'skipped_tables' as skipped_tables,
       r.error_origin,
       r.group_run_id as group_run,
       r.group_name as orchestration_group,
       r.publishing_at,
       r.stuck_at
  from ferry_state.runs as r
  left join ferry_state.workers as w on w.id = r.worker_id
  left join ferry_state.run_manifests as m on m.run_id = r.id
  left join lateral (
      select id from ferry_state.runs
       where resolves = r.id and state <> 'stopped' order by id desc limit 1
  ) as n on true
  left join lateral (
      select count(*) filter (where part = 1) as tables,
             count(distinct (table_schema, table_name))
                 - count(distinct (table_schema, table_name)) filter (where state <> 'done')
                 as tables_done,
             coalesce(sum(rows), 0)::bigint as rows,
             coalesce(sum(bytes), 0)::bigint as bytes,
             coalesce(sum(case when state = 'done' then rows
                               else greatest(rows_estimated, rows) end), 0)::bigint as rows_expected
        from ferry.run_tasks where run_id = r.id
  ) as t on true
  left join lateral (
      select extract(epoch from greatest(coalesce(r.finished_at, clock_timestamp())
                 - coalesce(r.snapshot_at, r.started_at), interval '1 ms')) as seconds
  ) as s on true
  left join lateral (
      -- What was delivered may be one archive of all files.
      select coalesce(r.bytes, t.bytes) as bytes
  ) as b on true
  left join lateral (
      select s.seconds, round(b.bytes / s.seconds)::bigint as bytes_per_second
  ) as f on true
 where ferry_state.is_visible(r.environment, (select ferry_state.visible_environments(current_user)));
