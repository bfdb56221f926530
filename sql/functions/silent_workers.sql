-- silent_workers: workers whose session has gone or whose lease has run out.
--
-- A worker seen silent twice in a row, or past its lease, is lost: a single look may meet one that
-- is just reconnecting.
create or replace function ferry_state.silent_workers()
returns table (worker_id bigint, expired boolean)
language sql
as $$
    select l.worker_id, l.leased_until < clock_timestamp()
      from ferry_state.worker_leases as l
     where l.leased_until < clock_timestamp()
        or not exists (
            select from pg_catalog.pg_locks as k
             where k.locktype = 'advisory' and k.granted
               and k.database = (select oid from pg_catalog.pg_database
                                  where datname = current_database())
               and k.classid = ferry_state.worker_lock()::oid
               and k.objid = l.worker_id::oid)
$$;
