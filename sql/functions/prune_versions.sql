-- prune_versions: remove versions of objects and of data exports from before p_until. See prune_batch.
--
-- For an existing object, the last ten are kept; for a data export, also those since the version of
-- its first kept run; for a database, those that versions of data exports refer to by name. For an
-- object that was deleted before p_until, none are kept.
-- p_after: a time, in microseconds since 1970. All versions of the same time are removed together.
create or replace function ferry_state.prune_versions(
    p_until     timestamptz,
    p_after     bigint,
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_after  constant timestamptz := 'epoch'::timestamptz + p_after * interval '1 microsecond';
    v_looked integer;
    v_end    timestamptz;
    v_count  bigint;
begin
    select count(*), max(at) into v_looked, v_end
      from (select at
              from (select at from ferry_state.object_versions
                    union all
                    select activated_at from ferry_state.data_export_versions) as v
             where at > v_after and at < p_until
             order by at limit 1000) as w;
    next := case when v_looked = 1000 then (extract(epoch from v_end) * 1000000)::bigint end;

    with old as materialized (
        select v.kind, v.object_id, v.number
          from ferry_state.object_versions as v
         cross join lateral (
             select l.number, l.at,
                    l.definition is null
                    or not exists (select from ferry_state.environments as e
                                    where e.name = coalesce(l.environment, 'production')) as is_gone
               from ferry_state.object_versions as l
              where l.kind = v.kind and l.object_id = v.object_id
              order by l.number desc limit 1
         ) as last
         where v.at > v_after and v.at <= v_end
           and (v.number <= last.number - 10
                or last.is_gone and last.at < p_until
                   and (v.kind <> 'database' or not exists (
                        select from ferry_state.data_export_versions as e
                         where e.database_id = v.object_id)))
    ),
    gone as (
        delete from ferry_state.object_versions as v using old
         where not p_dry
           and v.kind = old.kind and v.object_id = old.object_id and v.number = old.number
    )
    select count(*) into removed from old;

    with old as materialized (
        select v.data_export_id, v.number
          from ferry_state.data_export_versions as v
          left join ferry_state.data_exports as e on e.id = v.data_export_id
         where v.activated_at > v_after and v.activated_at <= v_end
           and (e.id is null
                or v.number <= e.version_count - 10 and v.number <> e.active_version)
           and not exists (
                select from (select r.data_export_version as number
                               from ferry_state.runs as r
                              where r.data_export_id = v.data_export_id
                              order by r.id limit 1) as first
                 where v.number >= first.number)
    ),
    gone as (
        delete from ferry_state.data_export_versions as v using old
         where not p_dry and v.data_export_id = old.data_export_id and v.number = old.number
    )
    select count(*) into v_count from old;
    removed := removed + v_count;
end;
$$;
