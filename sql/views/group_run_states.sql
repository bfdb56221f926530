-- group_run_states: the state of each group run, from the states of its runs. If an orchestration
-- was run again within it, only the last run counts.
create or replace view ferry_state.group_run_states as
select group_run_id, min(group_id) as group_id,
       case when bool_and(state = 'queued') then 'queued'
            when bool_or(finished_at is null) then 'running'
            when bool_and(state = 'succeeded') then 'succeeded'
            when bool_or(state = 'failed') then 'failed'
            else 'stopped' end as state,
       count(*) as runs,
       count(*) filter (where state = 'succeeded') as runs_succeeded,
       count(*) filter (where state = 'failed') as runs_failed
  from (select distinct on (group_run_id, orchestration_id)
               group_run_id, group_id, orchestration_id, state, finished_at
          from ferry_state.runs
         where group_run_id is not null
         order by group_run_id, orchestration_id, id desc) as latest
 group by group_run_id;
