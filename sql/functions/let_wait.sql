-- let_wait: remove commands from the queue until the earlier command that each waits for has ended.
--
-- p_waits: [{"id", "after"}].
-- An earlier command with a lower priority gets the priority of the command that waits for it.
-- Locks: the earlier commands that become more urgent; skips those that another worker holds.
create or replace function ferry_state.let_wait(p_waits json)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
    with asked as materialized (
        select w.id, w.after from json_to_recordset(p_waits) as w (id bigint, after bigint)
    ),
    gone as (
        delete from ferry_state.command_queue as q using asked as a
         where q.command_id = a.id
        returning q.command_id, q.lane, q.priority, q.actor, q.attempts, a.after
    )
    insert into ferry_state.command_waits
           (command_id, lane, priority, actor, attempts, waits_for, after_id)
    select command_id, lane, priority, actor, attempts, 'command', after from gone;

    with urgent as materialized (
        select w.after_id, min(w.priority) as priority
          from json_to_recordset(p_waits) as a (id bigint)
          join ferry_state.command_waits as w on w.command_id = a.id
         group by w.after_id
    ),
    less_urgent as materialized (
        select q.command_id, u.priority
          from urgent as u
         cross join lateral (
            select command_id from ferry_state.command_queue
             where command_id = u.after_id and priority > u.priority
               for update skip locked
         ) as q
    )
    update ferry_state.command_queue as q set priority = l.priority
      from less_urgent as l where q.command_id = l.command_id;
end;
$$;
