-- claim_alert_deliveries: claim messages that are due, each with a new token; at most one of each
-- alert at a time, so that a slow receiver does not delay others.
--
-- p_programs, p_credentials: the command lines that the worker allows, each a JSON array of words,
--   and its credentials. A message of an alert with another program or credential is claimed only
--   after no other worker has claimed it for five seconds, to record the error.
-- Locks: the messages it claims; skips those that another claim holds. The worker's lease, as
--   claim_run does.
create or replace function ferry_state.claim_alert_deliveries(
    p_worker      bigint,
    p_lease       interval,
    p_limit       integer,
    p_programs    text[],
    p_credentials text[]
)
returns setof json
language sql
set search_path = pg_catalog, pg_temp
as $$
    with next as materialized (
        select d.id, d.attempts, d.due_at
          from ferry_state.alerts as a
         cross join lateral (
            select id, attempts, due_at from ferry_state.alert_deliveries
             where alert_id = a.id and state = 'waiting' and due_at <= clock_timestamp()
             order by due_at limit 1
         ) as d
         where not exists (
                select from ferry_state.alert_deliveries as held
                 where held.alert_id = a.id and held.worker_id is not null
                   and held.due_at > clock_timestamp())
           and (a.settings -> 'program' = any (p_programs::jsonb[])
                or a.settings ->> 'credential' = any (p_credentials)
                or d.due_at < clock_timestamp() - interval '5 s')
         -- First messages without an attempt, so that retries do not delay them.
         order by d.attempts > 0, d.due_at
         limit p_limit
    ),
    locked as materialized (
        select d.id
          from ferry_state.alert_deliveries as d
          join ferry_state.worker_leases as l on l.worker_id = p_worker
         where d.id in (select id from next)
           and d.state = 'waiting' and d.due_at <= clock_timestamp()
           for update of d skip locked
           for key share of l
    ),
    claimed as (
        update ferry_state.alert_deliveries as d
           set token = nextval('ferry_state.tokens'), worker_id = p_worker,
               attempts = d.attempts + 1, due_at = clock_timestamp() + p_lease
          from locked
         where d.id = locked.id
        returning d.*
    )
    select json_build_object(
               'id', c.id, 'token', c.token, 'attempt', c.attempts, 'event', c.event,
               'alert', a.name, 'settings', a.settings,
               'payload', (c.payload || jsonb_build_object('id', c.id))::text)
      from claimed as c
      join ferry_state.alerts as a on a.id = c.alert_id
$$;
