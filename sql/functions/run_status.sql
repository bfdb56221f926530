-- run_status: what the worker in charge of a run needs to decide its next step. Null when the
-- run is no longer the caller's.
create or replace function ferry_state.run_status(p_run bigint, p_token bigint, p_worker bigint)
returns json
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select json_build_object(
        'state', r.state,
        'unfinished', (select count(*) from ferry_state.run_tasks as t
                        where t.run_id = r.id and t.state <> 'done'),
        'failure', (select json_build_object(
                        'code', error_code, 'origin', error_origin, 'message', error_message, 'hint', error_hint,
                        'transient', error_transient)
                      from ferry_state.run_tasks as t
                     where t.run_id = r.id and t.state = 'failed'
                     order by error_transient, number limit 1),
        'archive', (select json_build_object('token', t.token, 'file', t.archive)
                      from ferry_state.run_tasks as t
                     where t.run_id = r.id and t.state = 'done' and t.archive is not null),
        -- Only when all are done: a run may have thousands, and this is queried every second.
        'reads', (select coalesce(json_agg(json_build_object(
                        'number', d.number, 'schema', d.table_schema, 'table', d.table_name,
                        'file', d.file, 'columns', d.columns, 'token', t.token,
                        'files', d.files) order by d.number), '[]')
                    from ferry_state.run_tasks as t
                    join ferry_state.run_reads as d on d.run_id = t.run_id and d.task = t.number
                   where t.run_id = r.id
                     and not exists (select from ferry_state.run_tasks as other
                                      where other.run_id = r.id and other.state <> 'done')))
      from ferry_state.runs as r
     where r.id = p_run and r.token = p_token and r.worker_id = p_worker
       and r.finished_at is null
$$;
