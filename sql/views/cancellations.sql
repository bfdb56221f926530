-- cancellations: cancellation requests that no worker has processed yet. INSERT the ids of your own
-- commands; commands that have ended are skipped.
create or replace view ferry.cancellations with (security_barrier) as
select command_id, actor, coalesce(login, actor) as login
  from ferry_state.command_cancellations
 where actor = current_user
    or pg_has_role('ferry_viewer', 'usage');
