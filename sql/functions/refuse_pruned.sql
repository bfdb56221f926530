-- refuse_pruned: that all events which became visible after a snapshot are still there.
--
-- Raises: FY014 when some of them may have been pruned.
create or replace function ferry_state.refuse_pruned(p_seen pg_snapshot)
returns void
language plpgsql
stable
as $$
declare
    v_until constant timestamptz := (
        select max(until) from ferry_state.pruned_events
         where last_xact >= pg_snapshot_xmax(p_seen)
            -- One that was still running then may have written any of them.
            or exists (select from pg_snapshot_xip(p_seen) as x
                        where x between first_xact and last_xact));
begin
    if v_until is not null then
        raise exception using errcode = 'FY014',
            message = format('the events before %s were pruned, some of them after this place in the feed',
                             to_char(v_until at time zone 'UTC', 'YYYY-MM-DD')),
            hint = 'start without a cursor; what was configured is in ferry.object_versions, '
                || 'what runs sent in ferry.runs and ferry.run_files';
    end if;
end;
$$;
