-- orchestration_groups: the groups of orchestrations, with their triggers, next times and last
-- runs.
create or replace view ferry.orchestration_groups with (security_barrier) as
select g.id,
       g.environment,
       g.name,
       array(select o.name
               from ferry_state.orchestration_group_members as m
               join ferry_state.orchestrations as o on o.id = m.orchestration_id
              where m.group_id = g.id order by m.position) as orchestrations,
       g.enabled,
       case when g.schedule is not null then 'schedule'
            when g.after_id is not null then 'after'
            else 'manual' end as trigger,
       g.schedule,
       g.time_zone,
       g.catch_up,
       a.name as after,
       g.next_times,
       s.group_run_id as last_run,
       s.state as last_run_state,
       g.runs_as,
       g.created_by,
       g.created_at,
       g.changed_at
  from ferry_state.orchestration_groups as g
  left join ferry_state.orchestration_groups as a on a.id = g.after_id
  left join lateral (
      select max(group_run_id) as id from ferry_state.runs where group_id = g.id
  ) as r on true
  left join lateral (
      -- The limit prevents a join, which would compute it for all group runs.
      select group_run_id, state from ferry_state.group_run_states where group_run_id = r.id limit 1
  ) as s on true
 where ferry_state.is_visible(g.environment, (select ferry_state.visible_environments(current_user)));
