-- is_at_limit: whether no further task of a run may start now, for the run's limit of tasks or for its
-- destination's. Also true while somebody else counts under the same limit.
--
-- Locks: where there seems to be room, the run and then the destination's slot, until the transaction
--        ends: whoever claims under the same limit next sees what was claimed before. Never waits,
--        so that claims which meet runs in different orders cannot wait for each other.
create or replace function ferry_state.is_at_limit(p_run bigint)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_run ferry_state.runs;
begin
    select * into v_run from ferry_state.runs where id = p_run;
    -- Looked at before anything is locked: most of the time a full run stays full.
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
    -- A statement of its own, and so with a snapshot from after the locks.
    return not ferry_state.has_room(p_run);
end;
$$;
