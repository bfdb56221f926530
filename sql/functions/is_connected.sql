-- is_connected: whether the session with this process, start and login role still exists.
--
-- The start distinguishes it from a later session with the same process id. It is hidden from roles
-- without the rights of that session's role; in that case process and role decide.
create or replace function ferry_state.is_connected(
    p_pid   integer,
    p_start timestamptz,
    p_role  oid
)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from pg_stat_get_activity(p_pid) as a
         where a.datid = (select oid from pg_database where datname = current_database())
           and a.usesysid = p_role
           and coalesce(a.backend_start = p_start, true))
$$;
