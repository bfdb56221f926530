-- prune_batch: remove some records of one kind that ended before p_until, in a short separate
-- transaction.
--
-- p_kind:  alert_deliveries, plans, emptied_commands, runs, commands, versions or workers. In this
--          order: commands and versions are kept for kept runs.
-- p_after: the value of next of the previous batch; 0 for the first.
-- p_dry:   whether to count only.
-- next:    null after the last batch.
-- Locks: the only row of retention, so that only one session prunes at a time; the rows it removes,
--   except rows that another transaction holds, which it skips.
create or replace function ferry_state.prune_batch(
    p_kind      text,
    p_until     timestamptz,
    p_after     bigint,
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not p_dry then
        update ferry_state.retention set xact = pg_current_xact_id();
    end if;
    case p_kind
        when 'alert_deliveries' then
            select * into removed, next from ferry_state.prune_alert_deliveries(p_until, p_dry);
        when 'plans' then
            select * into removed, next from ferry_state.prune_plans(p_dry);
        when 'emptied_commands' then
            select * into removed, next from ferry_state.prune_emptied_commands(p_after, p_dry);
        when 'runs' then
            select * into removed, next from ferry_state.prune_runs(p_until, p_after, p_dry);
        when 'commands' then
            select * into removed, next from ferry_state.prune_commands(p_until, p_after, p_dry);
        when 'versions' then
            select * into removed, next from ferry_state.prune_versions(p_until, p_after, p_dry);
        when 'workers' then
            select * into removed, next from ferry_state.prune_workers(p_until, p_after, p_dry);
    end case;
    if not p_dry then
        perform ferry_state.note_removal(
            p_kind, case when p_kind in ('plans', 'emptied_commands')
                         then now() - interval '1 day' else p_until end, removed);
    end if;
end;
$$;
