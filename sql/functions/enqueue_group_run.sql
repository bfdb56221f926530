-- enqueue_group_run: send run_orchestration_group as the role that last configured the group, whose
-- rights are checked when it is applied.
--
-- p_cause: the cause of the run; the same cause starts a group once.
-- p_at:    the time of its schedule.
-- Returns the command's id; null if that cause has already started it.
create or replace function ferry_state.enqueue_group_run(
    p_group bigint,
    p_cause text,
    p_at    timestamptz
)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_group     ferry_state.orchestration_groups;
    v_arguments jsonb;
    v_lane      bigint;
    v_id        constant bigint := nextval('ferry_state.ids');
begin
    insert into ferry_state.group_firings (group_id, cause, command_id)
    values (p_group, p_cause, v_id)
    on conflict do nothing;
    if not found then
        return null;
    end if;
    select * into strict v_group from ferry_state.orchestration_groups where id = p_group;
    v_arguments := jsonb_build_object('name', v_group.name);
    v_lane := ferry_state.lane_of('orchestration_group', array['name'], v_group.environment,
                                  v_arguments);
    insert into ferry_state.commands (id, command, arguments, environment, priority, run_at, lane,
                                      actor, created_at)
    values (v_id, 'run_orchestration_group', v_arguments, v_group.environment, 2, p_at, v_lane,
            v_group.runs_as, clock_timestamp());
    insert into ferry_state.command_queue (command_id, lane, priority, actor)
    values (v_id, v_lane, 2, v_group.runs_as);
    notify ferry_commands;
    return v_id;
end;
$$;
