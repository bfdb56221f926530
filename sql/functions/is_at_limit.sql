-- is_at_limit: whether the task limit of a run or of its destination allows no further task to
-- start. Also true while another claim counts for the same limit.
--
-- Locks: if there seems to be capacity, the run and then the destination's slot, until the
--   transaction ends: the next claim with the same limit sees what was claimed before. Never waits,
--   so that claims that check runs in different orders cannot wait for each other.
create or replace function ferry_state.is_at_limit(p_run bigint)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run ferry_state.runs;
begin
    select * into v_run from ferry_state.runs where id = p_run;
    -- Checked before anything is locked: most of the time a full run stays full.
    if not ferry_state.has_room(p_run) then
        return true;
    end if;
    if v_run.tasks_max is not null then
        perform from ferry_state.runs where id = p_run for no key update skip locked;
        if not found then
            return true;
        end if;
    end if;
    if v_run.destination_tasks_max is not null then
        perform from ferry_state.destination_slots
          where slot = v_run.destination_id % 1024 for no key update skip locked;
        if not found then
            return true;
        end if;
    end if;
    -- A separate statement, with a snapshot from after the locks.
    return not ferry_state.has_room(p_run);
end;
$$;
