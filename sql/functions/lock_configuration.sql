-- lock_configuration: lock the whole configuration until this transaction ends: exclusively, or
-- shared with others that change parts of it.
--
-- A shared lock is one of several rows; an exclusive lock is all of them, one after the other, so
-- that shared locks cannot block it forever.
create or replace function ferry_state.lock_configuration(p_alone boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_alone then
        perform from ferry_state.locks where purpose = 'configuration' order by slot for update;
        return;
    end if;
    perform from ferry_state.locks where purpose = 'configuration' limit 1 for update skip locked;
    if not found then
        perform ferry_state.take_lock('configuration', pg_backend_pid());
    end if;
end;
$$;
