-- first_of_lane: the first unfinished command of a lane before p_before that is not in the batch.
-- Null when there is none. A command that only waits for its time has no place in its lane yet.
--
-- Stable: it must use the snapshot of the calling statement. Ranges of the lanes' indexes,
-- regardless of statistics: see claim_commands.
create or replace function ferry_state.first_of_lane(
    p_lane   bigint,
    p_before bigint,
    p_batch  bigint[]
)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return least(
        (select command_id from ferry_state.command_queue
          where (lane, command_id) >= (p_lane, 0) and (lane, command_id) < (p_lane, p_before)
            and command_id <> all (p_batch)
          order by lane, command_id limit 1),
        (select command_id from ferry_state.command_waits
          where (lane, command_id) >= (p_lane, 0) and (lane, command_id) < (p_lane, p_before)
            and waits_for <> 'time'
          order by lane, command_id limit 1));
end;
$$;
