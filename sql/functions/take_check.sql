-- take_check: return a command whose facts were looked up to the queue, for this transaction to
-- decide it.
--
-- Returns false, and does nothing, when the lookup is no longer this worker's, or the command was
-- canceled.
-- Locks: the command's lane, which it waits for.
create or replace function ferry_state.take_check(p_command bigint, p_token bigint)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
    perform 1
       from ferry_state.lane_slots
      where slot = (select ferry_state.lane_slot(lane) from ferry_state.command_waits
                     where command_id = p_command and token = p_token)
        for update;
    with mine as (
        delete from ferry_state.command_waits
         where command_id = p_command and token = p_token and worker_id is not null
        returning *
    )
    insert into ferry_state.command_queue (command_id, lane, priority, actor, attempts)
    select command_id, lane, priority, actor, attempts from mine;
    return found;
end;
$$;
