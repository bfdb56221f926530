-- release_waiting_commands: move commands that wait for an ended earlier command to the queue.
--
-- p_after: the earlier commands that may have ended: those of the batch that this worker has just
-- committed, and those that its own commands wait for. Null: all awaited commands. A batch that
-- ends a command and a batch that starts to wait for it may not see each other; each calls this
-- after its commit, and the later of the two sees both.
-- Locks: rows it moves; skips rows another worker moves.
create or replace function ferry_state.release_waiting_commands(p_after bigint[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
    if not exists (select from ferry_state.command_waits where after_id is not null) then
        return;
    end if;
    if p_after is null then
        with recursive earlier (id) as (
            (select after_id from ferry_state.command_waits
              where after_id is not null order by after_id limit 1)
            union all
            select (select after_id from ferry_state.command_waits
                     where after_id > e.id order by after_id limit 1)
              from earlier as e where e.id is not null
        )
        select array_agg(id) into p_after from earlier where id is not null;
    end if;
    with ended as materialized (
        select a.id
          from unnest(p_after) as a (id)
         where not exists (select from ferry_state.command_queue where command_id = a.id)
           and not exists (select from ferry_state.command_waits where command_id = a.id)
    ),
    free as materialized (
        select w.command_id
          from ended as e
         cross join lateral (
            select command_id from ferry_state.command_waits
             where after_id = e.id
               for update skip locked
         ) as w
    ),
    moved as (
        delete from ferry_state.command_waits as w using free
         where w.command_id = free.command_id
        returning w.*
    )
    insert into ferry_state.command_queue (command_id, lane, priority, actor, attempts)
    select command_id, lane, priority, actor, attempts from moved;
end;
$$;
