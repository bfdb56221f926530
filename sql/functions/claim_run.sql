-- claim_run: take charge of one run with a new token: a queued run that need not wait, or one whose
-- worker is gone. Null when there is none.
--
-- A run waits for the earlier runs of its orchestration, and a run of a group run waits for all
-- runs of earlier group runs of the group: the second group run begins when the first has ended. No
-- run waits for a stuck one.
-- Locks: the run; skips runs another claim holds. The worker's lease against rescue, which then
--   either releases what was claimed here or removes the lease before the claim.
create or replace function ferry_state.claim_run(p_worker bigint)
returns json
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run ferry_state.runs;
begin
    with candidate as materialized (
        select r.id
          from ferry_state.runs as r
          join ferry_state.worker_leases as l on l.worker_id = p_worker
         where finished_at is null
           and (retry_at is null or retry_at <= clock_timestamp())
           and r.worker_id is null
           and (state <> 'queued' or not exists (
                select from ferry_state.runs as earlier
                 where earlier.orchestration_id = r.orchestration_id
                   and earlier.finished_at is null and earlier.stuck_at is null
                   and (earlier.id < r.id or earlier.state <> 'queued')
                   and earlier.id <> r.id))
           and (state <> 'queued' or r.group_id is null or not exists (
                select from ferry_state.runs as earlier
                 where earlier.group_id = r.group_id
                   and earlier.finished_at is null and earlier.stuck_at is null
                   and earlier.id < r.id
                   and earlier.group_run_id <> r.group_run_id))
         order by r.id
         limit 1
           for update of r skip locked
           for key share of l
    )
    update ferry_state.runs as r
       set state = case when state = 'queued' then 'running' else state end,
           token = nextval('ferry_state.tokens'),
           worker_id = p_worker,
           attempts = attempts + 1,
           retry_at = null,
           started_at = coalesce(started_at, clock_timestamp())
      from candidate
     where r.id = candidate.id
    returning r.* into v_run;
    if v_run.id is null then
        return null;
    end if;

    if v_run.state = 'running' then
        perform ferry_state.record_run_event(v_run.id, 'run_started',
            jsonb_build_object('attempt', v_run.attempts));
    end if;
    return json_build_object(
        'id', v_run.id, 'environment', v_run.environment, 'state', v_run.state,
        'token', v_run.token, 'attempt', v_run.attempts, 'inputs', v_run.inputs,
        'data_export_id', v_run.data_export_id, 'data_export_name', v_run.data_export_name,
        'data_export_version', v_run.data_export_version,
        'orchestration_name', v_run.orchestration_name,
        'destination_name', v_run.destination_name,
        'started_at', to_char(v_run.started_at at time zone 'UTC',
                              'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'manifest', (select json_build_object('token', m.token, 'text', m.manifest)
                       from ferry_state.run_manifests as m where m.run_id = v_run.id));
end;
$$;
