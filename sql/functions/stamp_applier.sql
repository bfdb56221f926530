-- stamp_applier: the first thing an INSERT into the view ferry.applying does: note who asks.
--
-- Runs with the rights of the caller, for the reason that stamp_actor tells.
-- Raises: FY007 a column that is not the client's.
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
