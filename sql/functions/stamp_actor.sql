-- stamp_actor: the first thing an INSERT into the view ferry.commands does: note who sends it.
--
-- Runs with the rights of the sender, because current_user is the one name that cannot be forged:
-- the session's role is somebody else's while PostgreSQL runs a role's own functions for them, in
-- an index expression under ANALYZE for example. accept_command, which runs next, cannot see it.
-- Raises: FY007 a column that is not the client's.
create or replace function ferry_state.stamp_actor()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not (new.id, new.actor, new.created_at, new.state, new.error_code, new.message, new.hint,
            new.attempts, new.finished_at, new.login) is null then
        raise exception using errcode = 'FY007',
            message = 'only command, arguments, environment, priority, run_at and idempotency_key can be set',
            hint = 'omit the other columns: Ferry sets them';
    end if;
    new.actor := current_user;
    return new;
end;
$$;

-- Triggers run in the order of their names.
create or replace trigger a_stamp_actor
    instead of insert on ferry.commands
    for each row execute function ferry_state.stamp_actor();
