-- wake_workers: notify sleeping workers that there is something on the queue.
--
-- Runs once, when the transaction that put it there commits. A notification costs a lock that all
-- commits with one in the cluster wait for, so it is left out while some worker is sure to look
-- without: see awake_until, which a claim that found something sets. Should that worker die just
-- then, another finds the command at its next look, a poll interval later at most.
create or replace function ferry_state.wake_workers()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if (select last_value from ferry_state.awake_until)
       < extract(epoch from clock_timestamp()) * 1000
    then
        perform pg_notify('ferry_commands', '');
    end if;
    return null;
end;
$$;

do $$
begin
    -- A constraint trigger cannot be replaced.
    if not exists (select from pg_catalog.pg_trigger
                    where tgrelid = 'ferry_state.command_queue'::regclass
                      and tgname = 'wake_workers') then
        create constraint trigger wake_workers after insert on ferry_state.command_queue
            deferrable initially deferred
            for each row when (ferry_state.is_first_of_transaction())
            execute function ferry_state.wake_workers();
    end if;
end;
$$;
