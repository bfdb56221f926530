-- ensure_epoch: begin a new epoch before events of a new history are written.
--
-- A client that is first after a recovery leaves this to the next worker: its transaction may stay
-- open and would block all others.
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
