-- alert_deliveries: the messages of alerts and the status of their delivery, kept for 30 days after
-- its end.
create or replace view ferry.alert_deliveries with (security_barrier) as
select d.id,
       d.environment,
       d.alert_name as alert,
       d.event,
       d.run_id,
       d.state,
       d.attempts,
       d.created_at,
       case when d.state = 'waiting' then d.due_at end as next_attempt_at,
       d.ended_at,
       d.last_error,
       (select w.name from ferry_state.workers as w where w.id = d.worker_id) as worker
  from ferry_state.alert_deliveries as d
 where ferry_state.is_visible(d.environment, (select ferry_state.visible_environments(current_user)))
 order by d.created_at desc, d.id;
