-- note_removal: add to the record of what was pruned.
create or replace function ferry_state.note_removal(
    p_kind    text,
    p_until   timestamptz,
    p_removed bigint
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into ferry_state.prunings as p (day, kind, until, removed)
    select (now() at time zone 'UTC')::date, p_kind, p_until, p_removed where p_removed > 0
    on conflict (day, kind, pruned_by) do update
       set removed = p.removed + excluded.removed, until = greatest(p.until, excluded.until)
$$;
