-- alerts: the alerts on runs, and the number of messages that wait to be delivered.
create or replace view ferry.alerts with (security_barrier) as
select a.id,
       a.environment,
       a.name,
       array(select jsonb_array_elements_text(a.settings -> 'on')) as events,
       o.name as orchestration,
       (a.settings ->> 'runtime_seconds_max')::bigint as runtime_seconds_max,
       a.settings ->> 'credential' as credential,
       a.settings -> 'program' as program,
       (a.settings ->> 'retry_seconds_max')::bigint as retry_seconds_max,
       (select count(*) from ferry_state.alert_deliveries as d
         where d.alert_id = a.id and d.state = 'waiting') as waiting,
       a.created_by,
       a.created_at
  from ferry_state.alerts as a
  left join ferry_state.orchestrations as o on o.id = a.orchestration_id
 where ferry_state.is_visible(a.environment, (select ferry_state.visible_environments(current_user)));
