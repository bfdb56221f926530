-- group_runs: every run of a group: the runs that one command started together.
--
-- scheduled_for is the time of the schedule that it was for.
create or replace view ferry.group_runs with (security_barrier) as
select r.group_run_id as id,
       r.environment,
       r.group_name as orchestration_group,
       s.state,
       s.runs,
       s.runs_succeeded,
       s.runs_failed,
       c.run_at as scheduled_for,
       r.created_by,
       r.created_at,
       t.started_at,
       case when s.state in ('succeeded', 'failed', 'stopped') then t.finished_at end
           as finished_at
  from (select distinct on (group_run_id) *
          from ferry_state.runs where group_run_id is not null
         order by group_run_id, id) as r
  join ferry_state.group_run_states as s on s.group_run_id = r.group_run_id
  left join ferry_state.commands as c on c.id = r.group_run_id
  left join lateral (
      select min(started_at) as started_at, max(finished_at) as finished_at
        from ferry_state.runs where group_run_id = r.group_run_id
  ) as t on true
 where ferry_state.is_visible(r.environment, (select ferry_state.visible_environments(current_user)));
