-- prune_emptied_commands: remove commands whose arguments were not kept, with their outcomes. They
-- are kept for a day, regardless of the setting and of an idempotency key: their senders have no
-- policy, and must not be able to fill the disk. See prune_batch.
create or replace function ferry_state.prune_emptied_commands(
    p_after     bigint,
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_ids bigint[];
begin
    select array_agg(command_id), case when count(*) = 1000 then max(command_id) end
      into v_ids, next
      from (select command_id from ferry_state.emptied_commands
             where command_id > p_after order by command_id limit 1000) as w;
    v_ids := array(
        select command_id from ferry_state.command_outcomes
         where command_id = any (v_ids) and finished_at < now() - interval '1 day');
    removed := cardinality(v_ids);
    if p_dry or removed = 0 then
        return;
    end if;
    delete from ferry_state.emptied_commands where command_id = any (v_ids);
    delete from ferry_state.command_outcomes where command_id = any (v_ids);
    delete from ferry_state.commands where id = any (v_ids);
end;
$$;
