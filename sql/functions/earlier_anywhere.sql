-- earlier_anywhere: the first unfinished command before this one in one of these environments, as
-- JSON, for a command that depends on all of them. Null when there is none.
--
-- Stable: it must use the snapshot of the calling statement.
create or replace function ferry_state.earlier_anywhere(p_id bigint, p_environments text[])
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select json_build_object('anything', least(
        (select q.command_id
           from ferry_state.command_queue as q
           join ferry_state.commands as c on c.id = q.command_id
          where q.command_id < p_id and c.environment = any (p_environments)
          order by q.command_id limit 1),
        (select w.command_id
           from ferry_state.command_waits as w
           join ferry_state.commands as c on c.id = w.command_id
          where w.command_id < p_id and w.waits_for <> 'time'
            and c.environment = any (p_environments)
          order by w.command_id limit 1)))::text
$$;
