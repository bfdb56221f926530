-- note_pruning: record that the events of a partition are about to be removed, so that readers who
-- have not seen all of them get an error.
create or replace function ferry_state.note_pruning(p_partition text, p_until timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'insert into ferry_state.pruned_events (partition, until, first_xact, last_xact, last_id)
         select %L, %L, min(xact), max(xact), max(id) from ferry_state.%I on conflict do nothing',
        p_partition, p_until, p_partition);
end;
$$;
