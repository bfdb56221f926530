-- claim_sandbox_check: the name of a sandbox whose check is due, and the next check due after an
-- interval; null when there is none.
--
-- Locks: the row of the check; skips a check that another worker claims.
create or replace function ferry_state.claim_sandbox_check(p_interval interval)
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    with due as materialized (
        select sandbox_id from ferry_state.sandbox_checks
         where due_at <= clock_timestamp()
         order by due_at
         limit 1
           for update skip locked
    ),
    claimed as (
        update ferry_state.sandbox_checks as c
           set due_at = clock_timestamp() + p_interval
          from due where c.sandbox_id = due.sandbox_id
        returning c.sandbox_id
    )
    select s.name from claimed as c join ferry_state.sandboxes as s on s.id = c.sandbox_id
$$;
