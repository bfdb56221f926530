-- complete_run: record that the manifest is visible at the destination.
--
-- Returns false, and does nothing, when the run is no longer the caller's.
create or replace function ferry_state.complete_run(
    p_run      bigint,
    p_token    bigint,
    p_worker   bigint,
    p_location text
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_bytes bigint;
begin
    update ferry_state.runs set state = 'succeeded', worker_id = null,
           finished_at = clock_timestamp(), error_code = null, error_origin = null,
           error_message = null, error_hint = null
     where id = p_run and token = p_token and worker_id = p_worker and state = 'publishing'
    returning bytes into v_bytes;
    if not found then
        return false;
    end if;
    perform ferry_state.record_run_event(p_run, 'run_succeeded', (
        select jsonb_build_object('manifest', p_location, 'tables',
                                  count(distinct (table_schema, table_name)), 'rows', sum(rows),
                                  'bytes', v_bytes)
          from ferry_state.run_reads where run_id = p_run));
    perform ferry_state.tell_alerts(p_run, array['success', 'runtime']);
    perform ferry_state.settle_group_run(p_run);
    perform pg_notify('ferry_runs', '');
    return true;
end;
$$;
