-- due_groups: the groups whose schedule is due, and those whose next times have to be computed,
-- locked; with the database's time. Times are seconds since 1970.
--
-- p_except: groups that the caller cannot read.
-- Schedules fire only in production.
-- Locks: the groups; skips those that a command or another worker holds, never waits.
create or replace function ferry_state.due_groups(p_limit integer, p_except bigint[])
returns table (
    id        bigint,
    schedule  text,
    time_zone text,
    catch_up  text,
    next_at   bigint,  -- null: to be computed
    "now"     bigint
)
language sql
set search_path = pg_catalog, pg_temp
as $$
    select g.id, g.schedule, g.time_zone, g.catch_up, extract(epoch from g.next_at)::bigint,
           floor(extract(epoch from n.now))::bigint
      from (select ferry_state.now() as now) as n
     cross join ferry_state.orchestration_groups as g
     where g.enabled and g.schedule is not null and g.environment = 'production'
       and (g.next_at is null or g.next_at <= n.now) and g.id <> all (p_except)
     order by g.next_at nulls first
     limit p_limit
       for update of g skip locked
$$;
