-- data_export_diff: the differences between two versions of a data export, given by numbers or the
-- words active and draft.
--
-- By default the active version is compared with the one before it, and any other version with the
-- active one. path is the position of a difference in the definition; old or new is null if it does
-- not exist. For arrays, added and removed are the elements that only one version has.
-- Raises: FY015 no such data export or version.
create or replace function ferry.data_export_diff(
    data_export  text,
    from_version text default null,
    to_version   text default null,
    environment  text default 'production'
)
returns table (path text[], old jsonb, new jsonb, added jsonb, removed jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_from record;
    v_to   record;
begin
    v_to := ferry.data_export_definition(
        data_export, coalesce(to_version, 'active'), data_export_diff.environment);
    v_from := ferry.data_export_definition(
        data_export,
        coalesce(from_version, case when to_version is null and v_to.number > 1
                                    then (v_to.number - 1)::text else 'active' end),
        data_export_diff.environment);
    return query
    select array(select jsonb_array_elements_text(c -> 'path')), c -> 'old', c -> 'new', c -> 'added',
           c -> 'removed'
      from jsonb_array_elements(
               ferry.definition_changes(v_from.definition, v_to.definition)) as c;
end;
$$;
