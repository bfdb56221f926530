-- enqueue_group_run: send run_orchestration_group in the name of the role that last configured the
-- group, whose rights are judged when it is applied.
--
-- p_cause: what makes it run; the same cause makes a group run once.
-- p_at:    the time of its schedule that it is for.
-- Returns the command's id; null when that cause has made it run before.
create or replace function ferry_state.enqueue_group_run(
    p_group bigint,
    p_cause text,
    p_at    timestamptz
)
returns bigint
language plpgsql
as $$
declare
    v_group     ferry_state.orchestration_groups;
    v_arguments jsonb;
    v_id        constant bigint := nextval('ferry_state.ids');
begin
    select * into strict v_group from ferry_state.orchestration_groups where id = p_group;
    v_arguments := jsonb_build_object('name', v_group.name);
    if ferry_state.enqueue(
        v_id, 'run_orchestration_group', v_arguments, v_group.environment, 2::smallint, p_at,
        format('ferry: group %s %s', p_group, p_cause),
        ferry_state.lane_of('orchestration_group', array['name'], v_group.environment, v_arguments),
        '{}', v_group.runs_as, clock_timestamp())
    then
        return v_id;
    end if;
    return null;
end;
$$;
