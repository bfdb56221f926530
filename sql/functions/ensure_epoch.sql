-- ensure_epoch: called before events are written, so that those of a new history are in a new epoch.
--
-- A client that is the first after a recovery leaves it to the next worker: its transaction, which
-- may stay open, would hold up all.
create or replace function ferry_state.ensure_epoch()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if ferry_state.current_epoch() is null and pg_has_role(session_user, 'ferry_worker', 'usage') then
        perform ferry_state.begin_epoch();
    end if;
end;
$$;
