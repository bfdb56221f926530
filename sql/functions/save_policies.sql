-- save_policies: write the policy assignments that a batch of commands created, changed or revoked.
create or replace function ferry_state.save_policies(p_saved json, p_revoked json)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from ferry_state.policy_assignments
     where id in (select value::bigint from json_array_elements_text(p_revoked));
    insert into ferry_state.policy_assignments
           (id, role, policy, environment, denial, options, created_by)
    select id, role, policy, environment, denial, options, created_by
      from json_to_recordset(p_saved) as p (
          id bigint, role text, policy text, environment text, denial boolean, options jsonb,
          created_by text)
    on conflict (id) do update set denial = excluded.denial, options = excluded.options;
$$;
