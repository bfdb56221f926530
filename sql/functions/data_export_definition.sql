-- data_export_definition: the definition of a version of a data export, given by its number or one
-- of the words active and draft. For a deleted data export, active is its last active version.
--
-- Raises: FY015 no such data export or version.
create or replace function ferry.data_export_definition(
    data_export text,
    version     text default 'active',
    environment text default 'production',
    out number     integer,  -- null: the draft
    out definition jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    v_id   bigint;
    v_last integer;
begin
    select v.object_id, v.version into v_id, v_last
      from ferry.object_versions as v
     where v.kind = 'data_export' and v.environment = data_export_definition.environment
       and lower(v.name) = lower(data_export) and v.definition is not null
     order by v.object_id desc, v.version desc
     limit 1;
    if version = 'draft' then
        select jsonb_build_object('database', e.draft_database, 'tables', e.draft_tables,
                                  'table_settings', e.draft_table_settings)
          into definition
          from ferry.data_exports as e
         where e.environment = data_export_definition.environment
           and lower(e.name) = lower(data_export) and e.draft_opened_by is not null;
    else
        select v.version, v.definition into number, definition
          from ferry.object_versions as v
         where v.kind = 'data_export' and v.object_id = v_id and v.definition is not null
           and v.version::text = case when data_export_definition.version = 'active'
                                      then v_last::text else data_export_definition.version end;
    end if;
    if definition is null then
        raise exception using errcode = 'FY015',
            message = case
                when v_last is null then format('data export "%s" does not exist or was never activated',
                                                left(data_export, 128))
                when version = 'draft' then format('data export "%s" has no draft', left(data_export, 128))
                else format('data export "%s" has no version %s; it has %s', left(data_export, 128),
                            left(version, 32), case v_last when 1 then 'version 1 alone'
                                else 'versions 1 to ' || v_last end) end,
            hint = 'give the number of a version, active or draft; '
                || 'see select version, changed from ferry.object_versions where kind = ''data_export''';
    end if;
end;
$$;
