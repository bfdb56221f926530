-- events: every transition, append-only, newest first: those in the environments that the reader
-- can view, and those that the reader's own commands caused. xact is the transaction that wrote it.
create or replace view ferry.events with (security_barrier) as
select id, at, environment, event, object_kind, object_id, object_name, run_id, command_id, actor,
       details, xact, coalesce(login, actor) as login
  from ferry_state.events
 where ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)))
    or actor = current_user
 order by id desc;
