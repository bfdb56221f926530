-- stamp_actor: record the sender of an INSERT into the view ferry.commands, as its first step.
--
-- Runs with the rights of the sender, because only current_user cannot be forged: the session's
-- role is that of another user while PostgreSQL runs a role's own functions, for example in an
-- index expression under ANALYZE. accept_command, which runs next, cannot see it.
-- Raises: FY007 a column that clients cannot set.
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
