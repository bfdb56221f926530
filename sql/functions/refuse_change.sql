-- refuse_change: refuse every change of the record, except by the owner of the schema, the
-- deletions of prune_batch, and the removal of arguments by empty_commands.
--
-- The record consists of events, commands and their outcomes, versions and manifests. It is
-- append-only and written only by Ferry. Ferry's roles have no right to change it; this also
-- refuses a role that was granted more rights, and a statement in a function that runs with the
-- owner's rights.
-- Raises: FY013.
create or replace function ferry_state.refuse_change()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- session_user: a user who runs a function of the owner is not the owner.
    if tg_table_schema = 'ferry_state' and pg_has_role(
        session_user, (select nspowner from pg_namespace where nspname = 'ferry_state'), 'usage')
    then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    -- The prune by workers: only prune_batch marks its transaction.
    if tg_op = 'DELETE' and tg_table_schema = 'ferry_state' and pg_has_role(
        current_user, (select nspowner from pg_namespace where nspname = 'ferry_state'), 'usage')
    then
        if exists (select from ferry_state.retention where xact = pg_current_xact_id()) then
            return old;
        end if;
    end if;
    -- A command that empty_commands has selected: only its arguments are removed.
    if tg_op = 'UPDATE' and tg_level = 'ROW' and tg_table_name = 'commands' and pg_has_role(
        current_user, (select nspowner from pg_namespace where nspname = 'ferry_state'), 'usage')
    then
        old.arguments := '{"dropped": "no policy"}';
        if new = old and exists (
            select from ferry_state.emptied_commands where command_id = new.id)
        then
            return new;
        end if;
    end if;
    raise exception using errcode = 'FY013',
        message = format('%s on %I.%I is not allowed: the table is append-only',
                         tg_op, tg_table_schema, tg_table_name),
        hint = case when tg_table_name = 'commands'
                    then 'to cancel a waiting command, call ferry.cancel_command(id)'
                    else 'to remove old rows, run ferry prune or change the setting retention' end;
end;
$$;

do $$
declare
    v_name text;
begin
    foreach v_name in array array['command_outcomes', 'events', 'data_export_versions',
                                  'object_versions', 'run_manifests']
    loop
        execute format(
            'create or replace trigger refuse_change
                 before update or delete or truncate on ferry_state.%I
                 for each statement execute function ferry_state.refuse_change()', v_name);
    end loop;
    create or replace trigger refuse_change
        before delete or truncate on ferry_state.commands
        for each statement execute function ferry_state.refuse_change();
    create or replace trigger refuse_change_of_row
        before update on ferry_state.commands
        for each row execute function ferry_state.refuse_change();
    -- Its partitions also have this trigger.
    create or replace trigger refuse_change_of_row
        before update or delete on ferry_state.events
        for each row execute function ferry_state.refuse_change();
end;
$$;
