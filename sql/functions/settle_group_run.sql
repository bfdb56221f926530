-- settle_group_run: record the outcome of a group run when its last run has ended. If all runs
-- succeeded, the groups that run after it are started, each once.
create or replace function ferry_state.settle_group_run(p_run bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run   ferry_state.runs;
    v_state text;
    v_next  bigint;
begin
    select * into strict v_run from ferry_state.runs where id = p_run;
    if v_run.group_run_id is null then
        return;
    end if;
    -- If two runs end at the same time, the second one here sees the end of the first.
    perform ferry_state.take_lock('group run', v_run.group_run_id);
    select state into strict v_state
      from ferry_state.group_run_states where group_run_id = v_run.group_run_id;
    if v_state not in ('succeeded', 'failed', 'stopped') then
        return;
    end if;
    perform ferry_state.record_event(
        v_run.environment, 'group_run_' || v_state, 'orchestration_group', v_run.group_id,
        v_run.group_name, null, jsonb_build_object('group_run', v_run.group_run_id));
    if v_state <> 'succeeded' then
        return;
    end if;
    for v_next in
        select id from ferry_state.orchestration_groups
         where after_id = v_run.group_id and enabled and environment = 'production'
         order by id
    loop
        perform ferry_state.enqueue_group_run(v_next, 'after ' || v_run.group_run_id, null);
    end loop;
end;
$$;
