-- release_due_commands: move commands whose time has come onto the queue.
--
-- Locks: rows it moves; skips rows another worker moves.
create or replace function ferry_state.release_due_commands(p_limit integer)
returns void
language plpgsql  -- which keeps its plan; every claim comes here
set search_path = pg_catalog, pg_temp
as $$
begin
    with due as materialized (
        select command_id
          from ferry_state.command_waits
         where due_at <= clock_timestamp()
         order by due_at
         limit p_limit
           for update skip locked
    ),
    moved as (
        delete from ferry_state.command_waits as w
         using due
         where w.command_id = due.command_id
        returning w.*
    )
    insert into ferry_state.command_queue (command_id, lane, priority, attempts)
    select command_id, lane, priority, attempts from moved;
end;
$$;
