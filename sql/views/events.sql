-- events: every transition, append-only.
create or replace view ferry.events as
select id, at, environment, event, object_kind, object_id, object_name, run_id, command_id, actor,
       details
  from ferry_state.events;
