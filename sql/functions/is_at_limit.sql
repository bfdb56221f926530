-- is_at_limit: whether no further task of a run may start now, for the run's limit of tasks or for its
-- destination's.
--
-- Locks: the run's limit and then the destination's, until the transaction ends: whoever claims
--        under the same limit next sees what was claimed before.
create or replace function ferry_state.is_at_limit(p_run bigint)
returns boolean
language plpgsql
as $$
declare
    v_run   ferry_state.runs;
    v_count record;
begin
    select * into v_run from ferry_state.runs where id = p_run;
    if v_run.tasks_max is not null then
        perform ferry_state.take_lock('run limit', p_run);
    end if;
    if v_run.destination_tasks_max is not null then
        perform ferry_state.take_lock('destination limit', v_run.destination_id);
    end if;
    -- A statement of its own, and so with a snapshot from after the locks.
    select * into v_count from ferry_state.running_tasks(p_run);
    return coalesce(v_count.of_run >= v_run.tasks_max, false)
        or coalesce(v_count.to_destination >= v_run.destination_tasks_max, false);
end;
$$;
