-- fire_schedule: send the command that runs a group whose schedule is due, or record that times
-- were missed, and advance its next times. Times are seconds since 1970.
--
-- p_time:       the time that it runs for; null if it does not run.
-- p_details:    of the event; null for no event.
-- p_next_times: soonest first.
create or replace function ferry_state.fire_schedule(
    p_group      bigint,
    p_time       bigint,
    p_details    jsonb,
    p_next_times bigint[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_group   ferry_state.orchestration_groups;
    v_command bigint;
begin
    update ferry_state.orchestration_groups
       set next_times = array(select to_timestamp(t) from unnest(p_next_times) as t)
     where id = p_group
    returning * into strict v_group;
    if p_time is not null then
        v_command := ferry_state.enqueue_group_run(
            p_group, 'at ' || p_time, to_timestamp(p_time));
    end if;
    if p_details is not null and (p_time is null or v_command is not null) then
        perform ferry_state.record_event(
            v_group.environment,
            case when p_time is null then 'schedule_missed' else 'schedule_fired' end,
            'orchestration_group', p_group, v_group.name, null,
            p_details || case when v_command is null then '{}'
                              else jsonb_build_object('command', v_command) end);
    end if;
end;
$$;
