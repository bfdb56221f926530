-- prune_commands: remove commands that ended before p_until, with their outcomes. See prune_batch.
--
-- A command that started runs is kept as long as any of them. A command with an idempotency key, or
-- that started a group automatically, is kept for at least 30 days, during which it cannot be sent
-- a second time. Commands without arguments are left to prune_emptied_commands.
create or replace function ferry_state.prune_commands(
    p_until     timestamptz,
    p_after     bigint,
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_looked integer;
    v_ids    bigint[];
    v_last   bigint;
begin
    select count(*), array_agg(id) filter (where created_at < p_until), max(id)
      into v_looked, v_ids, v_last
      from (select id, created_at from ferry_state.commands
             where id > p_after order by id limit 1000) as w;
    next := case when v_looked = 1000 and v_ids is not null then v_last end;

    v_ids := array(
        select c.id
          from ferry_state.commands as c
          join ferry_state.command_outcomes as o on o.command_id = c.id
         where c.id = any (v_ids)
           and o.finished_at < p_until
           and (o.finished_at < now() - interval '30 days'
                or c.idempotency_key is null
                and not exists (select from ferry_state.group_firings where command_id = c.id))
           and not exists (select from ferry_state.emptied_commands where command_id = c.id)
           and not exists (select from ferry_state.runs as r where r.id = c.id)
           and not exists (select from ferry_state.runs as r where r.group_run_id = c.id));
    removed := cardinality(v_ids);
    if p_dry or removed = 0 then
        return;
    end if;
    delete from ferry_state.group_firings where command_id = any (v_ids);
    delete from ferry_state.command_outcomes where command_id = any (v_ids);
    delete from ferry_state.commands where id = any (v_ids);
end;
$$;
