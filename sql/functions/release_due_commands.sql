-- release_due_commands: move commands that are due to the queue: up to p_limit of them, and if
-- there may be more, also the first eight of each role, so that no role waits behind the many
-- commands of another.
--
-- Locks: rows it moves; skips rows another worker moves.
create or replace function ferry_state.release_due_commands(p_limit integer)
returns void
language plpgsql  -- keeps its plan; every claim calls this
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_due bigint[] := array(
        select command_id
          from ferry_state.command_waits
         where due_at <= clock_timestamp()
         order by due_at
         limit p_limit
           for update skip locked);
begin
    if v_due = '{}' then
        return;
    end if;
    if cardinality(v_due) >= p_limit then
        v_due := v_due || array(
            select w.command_id
              from pg_catalog.pg_roles as r
             cross join lateral (
                select command_id
                  from ferry_state.command_waits
                 where actor = r.rolname::text collate "C" and due_at <= clock_timestamp()
                 order by due_at
                 limit 8
                   for update skip locked
             ) as w);
    end if;
    with moved as (
        delete from ferry_state.command_waits
         where command_id = any (v_due)
        returning *
    )
    insert into ferry_state.command_queue (command_id, lane, priority, actor, attempts)
    select command_id, lane, priority, actor, attempts from moved;
end;
$$;
