-- alert_payload: the contents of an alert's message, except its id. See docs/alerts.md.
create or replace function ferry_state.alert_payload(p_event text, p_alert bigint, p_run bigint)
returns jsonb
language sql
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'version', 1, 'event', p_event, 'alert', a.name, 'environment', a.environment,
        'at', ferry_state.utc_text(clock_timestamp()),
        'run', (
            select jsonb_build_object(
                       'id', r.id, 'orchestration', r.orchestration_name,
                       'data_export', r.data_export_name,
                       'data_export_version', r.data_export_version,
                       'destination', r.destination_name, 'state', r.state,
                       'attempts', r.attempts, 'created_by', r.created_by,
                       -- A run has the id of its command; a run of a group names the command.
                       'login', coalesce((select c.login from ferry_state.commands as c
                                           where c.id = coalesce(r.group_run_id, r.id)),
                                         r.created_by),
                       'created_at', ferry_state.utc_text(r.created_at),
                       'started_at', ferry_state.utc_text(r.started_at),
                       'finished_at', ferry_state.utc_text(r.finished_at),
                       'seconds', round(extract(epoch from
                           coalesce(r.finished_at, clock_timestamp()) - r.started_at), 3),
                       'rows', (select coalesce(sum(d.rows), 0) from ferry_state.run_reads as d
                                 where d.run_id = r.id),
                       'files', coalesce(jsonb_array_length(m.manifest::jsonb -> 'files'), 0),
                       'bytes', coalesce(r.bytes, 0),
                       'error', case when r.error_code is not null then jsonb_build_object(
                           'code', r.error_code, 'origin', r.error_origin,
                           'message', r.error_message, 'hint', r.error_hint) end,
                       'manifest_sha256', m.sha256)
              from ferry_state.runs as r
              left join ferry_state.run_manifests as m on m.run_id = r.id
             where r.id = p_run))
      from ferry_state.alerts as a where a.id = p_alert
$$;
