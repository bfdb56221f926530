-- run_files: what each run delivered, from its manifest, for ever.
create or replace view ferry.run_files as
select r.id as run_id,
       r.environment,
       r.data_export_name as data_export,
       r.data_export_version as version,
       r.destination_name as destination,
       f ->> 'name' as file,
       f -> 'table' ->> 'schema' as table_schema,
       f -> 'table' ->> 'name' as table_name,
       (f ->> 'rows')::bigint as rows,
       (f ->> 'bytes')::bigint as bytes,
       f ->> 'sha256' as sha256
  from ferry_state.runs as r
  join ferry_state.run_manifests as m on m.run_id = r.id
 cross join lateral jsonb_array_elements(m.manifest::jsonb -> 'files') as f
 where r.state = 'succeeded';
