-- lock_configuration: lock what is configured as a whole until this transaction ends: alone, or shared
-- with others that change parts of it.
--
-- Whoever shares it holds one of several rows; whoever wants it alone takes them all, one after the
-- other, so that those who share cannot keep it waiting for ever.
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
