-- destinations: where files go.
create or replace view ferry.destinations as
select id, environment, name, kind, settings, administrators_only, created_by, created_at
  from ferry_state.destinations;
