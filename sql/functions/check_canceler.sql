-- check_canceler: the first thing a DELETE from the view ferry.commands does.
--
-- Runs with the rights of the caller, for the reason that stamp_actor tells. Viewers see the
-- commands of others; they pass them over here.
create or replace function ferry_state.check_canceler()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    return case when old.actor = current_user then old end;
end;
$$;

-- Triggers run in the order of their names.
create or replace trigger a_check_canceler
    instead of delete on ferry.commands
    for each row execute function ferry_state.check_canceler();
