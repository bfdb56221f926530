-- grant_privileges: set the privileges of all roles. Called by every migration, after the functions
-- are created.
--
-- ferry_client: send commands, read its own commands and what its policies allow. ferry_viewer:
--   read all. ferry_worker: work. All other privileges of these roles and PUBLIC are revoked.
--
-- Only the owner and workers have UPDATE, DELETE or TRUNCATE on any object: a role with one of
-- these can lock the table, or all tables of a view, against all others.
create or replace function ferry_state.grant_privileges()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_table  text;
    v_rights text;
begin
    revoke all on all routines in schema ferry, ferry_state
      from public, ferry_client, ferry_viewer, ferry_worker;
    revoke all on all tables in schema ferry, ferry_state
      from public, ferry_client, ferry_viewer, ferry_worker;
    revoke all on all sequences in schema ferry, ferry_state
      from public, ferry_client, ferry_viewer, ferry_worker;
    revoke all on schema ferry, ferry_state from public, ferry_client, ferry_viewer, ferry_worker;

    -- Each view has the rows that the reader's policies allow.
    grant usage on schema ferry to ferry_client, ferry_viewer, ferry_worker;
    grant select on all tables in schema ferry to ferry_client, ferry_viewer, ferry_worker;
    grant execute on function ferry_state.visible_environments(name),
        ferry_state.is_visible(text, text[]), ferry_state.waiting_state(text)
        to ferry_client, ferry_viewer;
    grant execute on function
        ferry.events_between(pg_snapshot, pg_snapshot, bigint, integer, integer),
        ferry.feed_position(),
        ferry.definition_changes(jsonb, jsonb, text[]),
        ferry.data_export_definition(text, text, text),
        ferry.data_export_diff(text, text, text, text) to ferry_viewer, ferry_worker;

    grant execute on all routines in schema ferry to ferry_client;
    grant insert on ferry.commands, ferry.cancellations, ferry.applying to ferry_client;

    grant usage on schema ferry_state to ferry_worker;
    grant execute on all routines in schema ferry_state to ferry_worker;
    grant usage on sequence ferry_state.ids, ferry_state.tokens, ferry_state.awake_until
        to ferry_worker;
    grant select, update on sequence ferry_state.awake_until to ferry_worker;
    grant select on sequence ferry_state.crowded_until to ferry_worker;
    grant select on all tables in schema ferry_state to ferry_worker;
    for v_table in
        select inhrelid::regclass from pg_inherits
         where inhparent = 'ferry_state.events'::regclass
    loop
        execute format('revoke all on %s from ferry_worker', v_table);
    end loop;
    for v_table, v_rights in
        select name, rights
          from (values
            -- The record is append-only.
            ('insert', 'commands command_outcomes group_firings events data_export_versions object_versions '
                       'run_manifests worker_credentials'),
            ('insert, update, delete',
             'command_queue command_waits databases data_exports destinations data_templates '
             'orchestrations orchestration_groups alerts policy_assignments sandboxes '
             'alert_deliveries run_tasks worker_leases'),
            ('insert, update', 'runs run_reads workers sandbox_checks settings source_roles'),
            ('insert, delete', 'command_references orchestration_group_members run_plans '
                               'sandbox_problems task_progress'),
            ('delete', 'command_samples'),
            -- A row lock needs the right to update one column.
            ('delete, update (command_id)', 'command_cancellations'),
            ('update (slot)', 'lane_slots destination_slots locks')
          ) as granted (rights, names)
         cross join lateral string_to_table(names, ' ') as name
    loop
        execute format('grant %s on ferry_state.%I to ferry_worker', v_rights, v_table);
    end loop;
    -- A worker prunes only with prune_when_due.
    revoke execute on function ferry_state.make_event_partition(date),
        ferry_state.note_pruning(text, timestamptz), ferry_state.begin_pruning(),
        ferry_state.note_removal(text, timestamptz, bigint),
        ferry_state.prune_batch(text, timestamptz, bigint, boolean),
        ferry_state.prune_events(timestamptz) from ferry_worker;
end;
$$;
