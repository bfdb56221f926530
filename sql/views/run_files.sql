-- run_files: the files that each run delivered, from its manifest; for an archive, each file in it.
create or replace view ferry.run_files with (security_barrier) as
select r.id as run_id,
       r.environment,
       r.data_export_name as data_export,
       r.data_export_version as version,
       r.destination_name as destination,
       f ->> 'name' as file,
       case when f ? 'members' then part ->> 'name' end as member,
       part -> 'table' ->> 'schema' as table_schema,
       part -> 'table' ->> 'name' as table_name,
       (part ->> 'rows')::bigint as rows,
       (part ->> 'bytes')::bigint as bytes,
       part ->> 'sha256' as sha256
  from ferry_state.runs as r
  join ferry_state.run_manifests as m on m.run_id = r.id
 cross join lateral jsonb_array_elements(m.manifest::jsonb -> 'files') as f
 cross join lateral jsonb_array_elements(
     coalesce(f -> 'members', jsonb_build_array(f))) as part
 where r.state = 'succeeded'
   and ferry_state.is_visible(r.environment, (select ferry_state.visible_environments(current_user)));
