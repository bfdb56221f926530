-- cancellations: commands that are to be canceled, until a worker has done so. INSERT the ids of your
-- own into it: those that have ended are passed over.
create or replace view ferry.cancellations with (security_barrier) as
select command_id, actor, coalesce(login, actor) as login
  from ferry_state.command_cancellations
 where actor = current_user
    or pg_has_role('ferry_viewer', 'usage');
