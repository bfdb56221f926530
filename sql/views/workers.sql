-- workers: the running worker processes.
create or replace view ferry.workers with (security_barrier) as
select w.id, w.name, w.host, w.process_id, w.version, w.concurrency, w.started_at,
       l.heartbeat_at, l.leased_until,
       (select count(*) from ferry_state.run_tasks as t
         where t.worker_id = w.id and t.state = 'running') as tasks
  from ferry_state.workers as w
  join ferry_state.worker_leases as l on l.worker_id = w.id
 where (select ferry_state.visible_environments(current_user)) <> '{}';
