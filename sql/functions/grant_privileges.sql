-- grant_privileges: who may do what. Called by every migration, after the functions are there.
--
-- ferry_client: send commands, read its own, and what its policies show. ferry_viewer: read all.
-- ferry_worker: work.
create or replace function ferry_state.grant_privileges()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_partition regclass;
begin
    revoke all on all functions in schema ferry, ferry_state from public;
    revoke all on all procedures in schema ferry, ferry_state from public;
    revoke all on all tables in schema ferry, ferry_state from public;

    grant usage on schema ferry to ferry_client, ferry_viewer, ferry_worker;
    grant execute on all routines in schema ferry to ferry_client, ferry_worker;
    grant select, insert on ferry.commands to ferry_client, ferry_worker;
    grant delete on ferry.commands to ferry_client;  -- cancels

    -- Each view has the rows that the reader's policies show.
    grant select on all tables in schema ferry to ferry_client, ferry_viewer, ferry_worker;
    grant execute on function ferry_state.visible_environments(name),
        ferry_state.is_visible(text, text[]), ferry_state.waiting_state(text)
        to ferry_client, ferry_viewer;
    grant execute on function
        ferry.events_between(pg_snapshot, pg_snapshot, bigint, integer, integer),
        ferry.feed_position(),
        ferry.definition_changes(jsonb, jsonb, text[]),
        ferry.data_export_definition(text, text, text),
        ferry.data_export_diff(text, text, text, text) to ferry_viewer;

    grant usage on schema ferry_state to ferry_worker;
    grant execute on all functions in schema ferry_state to ferry_worker;
    grant select, insert, update, delete on all tables in schema ferry_state to ferry_worker;
    grant usage on all sequences in schema ferry_state to ferry_worker;
    grant update on sequence ferry_state.awake_until to ferry_worker;
    -- The record is only ever added to.
    revoke update, delete on ferry_state.commands, ferry_state.command_outcomes,
        ferry_state.events, ferry_state.data_export_versions, ferry_state.object_versions,
        ferry_state.run_manifests,
        ferry_state.migrations, ferry_state.code, ferry_state.code_files from ferry_worker;
    for v_partition in
        select inhrelid::regclass from pg_catalog.pg_inherits
         where inhparent = 'ferry_state.events'::regclass
    loop
        execute format('revoke all on %s from ferry_worker', v_partition);
    end loop;
    -- A worker prunes by prune_when_due alone.
    revoke insert, update, delete on ferry_state.pruned_events, ferry_state.prunings,
        ferry_state.retention, ferry_state.pruner, ferry_state.epochs, ferry_state.present_epoch
        from ferry_worker;
    revoke insert, delete on ferry_state.locks from ferry_worker;  -- a row lock needs update
    revoke execute on function ferry_state.make_event_partition(date),
        ferry_state.note_pruning(text, timestamptz), ferry_state.begin_pruning(),
        ferry_state.note_removal(text, timestamptz, bigint),
        ferry_state.prune_batch(text, timestamptz, bigint, boolean),
        ferry_state.prune_events(timestamptz) from ferry_worker;
    -- To be refused with the reason: see refuse_change.
    grant insert, update, delete on ferry.events, ferry.object_versions, ferry.data_export_versions,
        ferry.run_files, ferry.command_status to ferry_client, ferry_viewer, ferry_worker;
    grant update on ferry.commands to ferry_client, ferry_viewer, ferry_worker;
end;
$$;
