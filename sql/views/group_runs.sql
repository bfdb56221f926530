-- group_runs: every run of a group, newest first: the runs that one command started together.
--
-- scheduled_for is its time in the schedule. Looked up row by row, as in runs.
create or replace view ferry.group_runs with (security_barrier) as
select r.group_run_id as id,
       r.environment,
       r.group_name as orchestration_group,
       s.state,
       s.runs,
       s.runs_succeeded,
       s.runs_failed,
       (select c.run_at from ferry_state.commands as c where c.id = r.group_run_id)
           as scheduled_for,
       r.created_by,
       r.created_at,
       t.started_at,
       case when s.state in ('succeeded', 'failed', 'stopped') then t.finished_at end
           as finished_at
  from ferry_state.runs as r
 cross join lateral (
      select * from ferry_state.group_run_states where group_run_id = r.group_run_id limit 1
  ) as s
 cross join lateral (
      select min(started_at) as started_at, max(finished_at) as finished_at
        from ferry_state.runs where group_run_id = r.group_run_id
  ) as t
 where r.group_run_id is not null
       -- Its first run. As a case, because the planner assumes that an equation is rarely true.
   and case when r.id = (select e.id from ferry_state.runs as e
                          where e.group_run_id = r.group_run_id order by e.id limit 1)
            then true else false end
   and ferry_state.is_visible(r.environment, (select ferry_state.visible_environments(current_user)))
 order by r.group_run_id desc;
