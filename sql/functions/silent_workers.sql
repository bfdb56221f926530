-- silent_workers: workers whose session has ended or whose lease has expired.
--
-- A worker that is found silent twice in a row, or after its lease, is lost: a single check may
-- find one that is just reconnecting.
create or replace function ferry_state.silent_workers()
returns table (worker_id bigint, expired boolean)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select l.worker_id, l.leased_until < clock_timestamp()
      from ferry_state.worker_leases as l
     where l.leased_until < clock_timestamp()
        or not ferry_state.is_connected(l.backend_pid, l.backend_start, l.backend_role)
$$;
