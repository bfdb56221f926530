-- prune_events: one step of removing the oldest month of events before p_until, in one transaction:
-- first record the removal, then remove it.
--
-- Returns whether there is more to do now. Returns false if a reader has held the table for longer
-- than lock_timeout: waiting for that lock blocks all later sessions. The next attempt may
-- succeed. (Pruner, which the owner runs, detaches concurrently and can therefore wait.)
create or replace function ferry_state.prune_events(p_until timestamptz)
returns boolean
language plpgsql
set lock_timeout = '200ms'
set search_path = pg_catalog, pg_temp
as $$
declare
    v_month record;
begin
    select * into v_month from ferry_state.prunable_events(now() - p_until) limit 1;
    if not found then
        return false;
    end if;
    if v_month.step = 'detach' and not exists (
        select from ferry_state.pruned_events where partition = v_month.partition)
    then
        -- Committed first: from now on a reader with a position before these events is refused.
        perform ferry_state.note_pruning(v_month.partition, v_month.until);
        return true;
    end if;
    if v_month.step <> 'drop' then
        execute format('alter table ferry_state.events detach partition ferry_state.%I %s',
                       v_month.partition,
                       case v_month.step when 'finalize' then 'finalize' else '' end);
    end if;
    execute format('drop table ferry_state.%I', v_month.partition);
    perform ferry_state.note_removal('events', v_month.until, v_month.events_estimated);
    return true;
exception
    when lock_not_available then
        return false;
end;
$$;
