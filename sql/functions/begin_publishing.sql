-- begin_publishing: the intent. Committed before anything becomes visible; from here on the run
-- only rolls forward, with this manifest, whose bytes and warnings the run shows.
--
-- Returns false, and does nothing, when the run is no longer the caller's, is stopping, or has
-- unfinished tasks or tasks of an earlier attempt.
create or replace function ferry_state.begin_publishing(
    p_run      bigint,
    p_token    bigint,
    p_worker   bigint,
    p_manifest text,
    p_sha256   text
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_manifest constant jsonb := p_manifest::jsonb;
    v_warnings constant jsonb := v_manifest -> 'warnings';
begin
    update ferry_state.runs set state = 'publishing',
           publishing_at = clock_timestamp(), warnings = v_warnings,
           bytes = (v_manifest -> 'totals' ->> 'bytes')::bigint
     where id = p_run and token = p_token and worker_id = p_worker and state = 'running'
       and not exists (select from ferry_state.run_tasks
                        where run_id = p_run and (state <> 'done' or run_token <> p_token));
    if not found then
        return false;
    end if;
    insert into ferry_state.run_manifests (run_id, token, manifest, sha256)
    values (p_run, p_token, p_manifest, p_sha256);
    perform ferry_state.record_run_event(p_run, 'run_warned', jsonb_strip_nulls(jsonb_build_object(
                'code', w -> 'code',
                'table', format('%I.%I', w -> 'table' ->> 'schema', w -> 'table' ->> 'name'),
                'rows', w -> 'rows', 'minimum', w -> 'minimum', 'maximum', w -> 'maximum',
                'message', case when w ->> 'code' <> 'rows_out_of_range' then w -> 'message' end)))
       from jsonb_array_elements(v_warnings) as w;
    perform ferry_state.record_run_event(p_run, 'run_publishing',
        jsonb_build_object('manifest_sha256', p_sha256));
    return true;
end;
$$;
