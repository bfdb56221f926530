-- is_first_of_transaction: whether this is the first command that a transaction puts on the queue.
create or replace function ferry_state.is_first_of_transaction()
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if current_setting('ferry.woken_by', true) = pg_current_xact_id()::text then
        return false;
    end if;
    -- Taken back with the savepoint that it was set under, as the trigger is.
    perform set_config('ferry.woken_by', pg_current_xact_id()::text, true);
    return true;
end;
$$;
