-- credentials: the names of the credentials that are configured on running workers, and the number
-- of workers that have each. Never the values, which are not in any database. is_verified: whether
-- they are sent with TLS with verified certificates, or not over a network.
create or replace view ferry.credentials with (security_barrier) as
select c.name, c.kind, bool_and(c.is_verified) as is_verified, count(*) as workers,
       (select count(*) from ferry_state.worker_leases) - count(*) as workers_without
  from ferry_state.worker_credentials as c
  join ferry_state.worker_leases as l on l.worker_id = c.worker_id
 where (select ferry_state.visible_environments(current_user)) <> '{}'
 group by c.name, c.kind;
