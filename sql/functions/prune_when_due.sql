-- prune_when_due: run a batch of the daily prune, if the setting "retention" enables it, it is due
-- by this database's clock, and no other worker is running it.
--
-- Runs as the owner of the schema. A worker only decides when to call it: what is removed is
-- determined by the setting and by prune_batch. The prune continues where its last batch, of any
-- worker, ended.
-- Returns whether there is more to do now.
create or replace function ferry_state.prune_when_due()
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_kinds constant text[] := array['alert_deliveries', 'plans', 'emptied_commands', 'runs',
                                     'commands', 'versions', 'workers', 'events'];
    v_state ferry_state.retention;
    v_days  integer;
    v_next  bigint;
begin
    select substring(value from '^([1-9][0-9]{0,5})d$')::integer into v_days
      from ferry_state.settings where name = 'retention';
    if v_days is null then
        return false;
    end if;
    select * into v_state from ferry_state.retention
     where due_at <= clock_timestamp()
       for update skip locked;
    if not found then
        return false;
    end if;
    v_state.kind  := coalesce(v_state.kind, v_kinds[1]);
    v_state.after := coalesce(v_state.after, 0);
    -- The setting may have been increased since the prune began.
    v_state.until := least(v_state.until, now() - make_interval(days => v_days));

    if v_state.kind = 'events' then
        if ferry_state.prune_events(v_state.until) then
            v_next := 0;
        elsif exists (select from ferry_state.prunable_events(now() - v_state.until)) then
            return false;
        end if;
    else
        select b.next into v_next
          from ferry_state.prune_batch(v_state.kind, v_state.until, v_state.after, false) as b;
    end if;
    if v_next is null then
        v_state.kind  := v_kinds[array_position(v_kinds, v_state.kind) + 1];
        v_state.after := case when v_state.kind is not null then 0 end;
        v_state.until := case when v_state.kind is not null then v_state.until end;
        v_state.due_at := case when v_state.kind is not null then v_state.due_at
                               else clock_timestamp() + interval '1 day' end;
    else
        v_state.after := v_next;
    end if;
    update ferry_state.retention
       set due_at = v_state.due_at, kind = v_state.kind, after = v_state.after,
           until = v_state.until;
    return v_state.kind is not null;
end;
$$;
