-- begin_pruning: acquire the right to prune for this session, until it ends. False while another
-- session has it.
create or replace function ferry_state.begin_pruning()
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform ferry_state.take_lock('pruning');
    if exists (select from ferry_state.pruner
                where backend_pid <> pg_backend_pid()
                  and ferry_state.is_connected(backend_pid, backend_start, backend_role))
    then
        return false;
    end if;
    delete from ferry_state.pruner;
    insert into ferry_state.pruner (backend_pid, backend_start, backend_role)
    select pid, backend_start, usesysid from pg_stat_get_activity(pg_backend_pid());
    return true;
end;
$$;
