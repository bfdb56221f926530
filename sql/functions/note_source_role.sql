-- note_source_role: record the role as which the databases of a credential are read, and its rights
-- beyond reading. Writes nothing if nothing has changed.
create or replace function ferry_state.note_source_role(
    p_credential       text,
    p_role             text,
    p_excessive_rights text[]
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into ferry_state.source_roles as known (credential, role, excessive_rights)
    select p_credential, p_role, p_excessive_rights
     where not exists (select from ferry_state.source_roles as r
                        where r.credential = p_credential and r.role = p_role
                          and r.excessive_rights = p_excessive_rights)
    on conflict (credential) do update
       set role = excluded.role, excessive_rights = excluded.excessive_rights;
$$;
