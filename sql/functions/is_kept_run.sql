-- is_kept_run: whether a run is still needed: it has not ended before p_until, or lists show it, or
-- a kept run was started to resolve it.
--
-- Lists show the last run of each existing data export, orchestration and group; the last
-- successful run of an orchestration shows what is at the destination.
create or replace function ferry_state.is_kept_run(p_run bigint, p_until timestamptz)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run ferry_state.runs;
begin
    select * into strict v_run from ferry_state.runs where id = p_run;
    return v_run.finished_at is null
        or v_run.finished_at >= p_until
        or exists (select from ferry_state.data_exports where id = v_run.data_export_id)
           and not exists (select from ferry_state.runs
                            where data_export_id = v_run.data_export_id and id > p_run)
        or exists (select from ferry_state.orchestrations where id = v_run.orchestration_id)
           and (not exists (select from ferry_state.runs
                             where orchestration_id = v_run.orchestration_id and id > p_run)
                or v_run.state = 'succeeded'
                   and not exists (select from ferry_state.runs
                                    where orchestration_id = v_run.orchestration_id and id > p_run
                                      and state = 'succeeded'))
        or exists (select from ferry_state.orchestration_groups where id = v_run.group_id)
           and not exists (select from ferry_state.runs
                            where group_id = v_run.group_id
                              and group_run_id > v_run.group_run_id)
        or exists (select from ferry_state.runs as n
                    where n.resolves = p_run and ferry_state.is_kept_run(n.id, p_until));
end;
$$;
