-- save_sandboxes: write the sandboxes and settings that a batch of commands created, changed or
-- deleted. Their environments follow them: keep_environment.
--
-- p_changes: {"saved": [{"id", "name", "key", "description", "base", "created_by"}],
--             "deleted": [1, 2], "settings": {"name": {"value", "changed_by"}}}
create or replace function ferry_state.save_sandboxes(p_changes json)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from ferry_state.sandboxes
     where id in (select value::bigint from json_array_elements_text(p_changes -> 'deleted'));

    insert into ferry_state.sandboxes (id, name, key, description, base, created_by)
    select id, name, key, description, base, created_by
      from json_to_recordset(p_changes -> 'saved') as s (
          id bigint, name text, key text, description text, base jsonb, created_by text)
    on conflict (id) do update set base = excluded.base, synced_at = now();
    insert into ferry_state.sandbox_checks (sandbox_id, due_at)
    select id, now() from json_to_recordset(p_changes -> 'saved') as s (id bigint)
    on conflict (sandbox_id) do update set due_at = now();

    insert into ferry_state.settings (name, value, changed_by)
    select s.key, s.value ->> 'value', s.value ->> 'changed_by'
      from json_each(p_changes -> 'settings') as s
    on conflict (name) do update
       set value = excluded.value, changed_by = excluded.changed_by, changed_at = now();
end;
$$;
