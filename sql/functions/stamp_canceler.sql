-- stamp_canceler: record the sender of an INSERT into the view ferry.cancellations, as its first
-- step.
--
-- Runs with the rights of the caller, for the same reason as stamp_actor.
-- Raises: FY007 a column that clients cannot set.
create or replace function ferry_state.stamp_canceler()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if num_nonnulls(new.actor, new.login) > 0 then
        raise exception using errcode = 'FY007',
            message = 'only command_id can be set',
            hint = 'omit the other columns: Ferry sets them';
    end if;
    new.actor := current_user;
    return new;
end;
$$;

-- Triggers run in the order of their names.
create or replace trigger a_stamp_canceler
    instead of insert on ferry.cancellations
    for each row execute function ferry_state.stamp_canceler();
