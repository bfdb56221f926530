-- stamp_applier: record the sender of an INSERT into the view ferry.applying, as its first step.
--
-- Runs with the rights of the caller, for the same reason as stamp_actor.
-- Raises: FY007 a column that clients cannot set.
create or replace function ferry_state.stamp_applier()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if num_nonnulls(new.actor, new.login, new.since, new.leased_until) > 0 then
        raise exception using errcode = 'FY007',
            message = 'only environment, request and token can be set',
            hint = 'omit the other columns: Ferry sets them';
    end if;
    new.actor := current_user;
    return new;
end;
$$;

-- Triggers run in the order of their names.
create or replace trigger a_stamp_applier
    instead of insert on ferry.applying
    for each row execute function ferry_state.stamp_applier();
