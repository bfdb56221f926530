-- prunable_events: the partitions that contain only events older than p_keep, oldest first, with
-- the next step: detach it, finish an interrupted detach, or drop it.
create or replace function ferry_state.prunable_events(p_keep interval)
returns table (
    partition       text,
    until           timestamptz,
    step            text,
    events_estimated bigint,
    bytes           bigint
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.relname, m.until,
           case when i.inhrelid is null then 'drop'
                when i.inhdetachpending then 'finalize'
                else 'detach' end,
           greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
      from pg_catalog.pg_class as c
      left join pg_catalog.pg_inherits as i on i.inhrelid = c.oid
     cross join lateral (
         select (to_date(substr(c.relname, 8), 'YYYY_MM') + interval '1 month') at time zone 'UTC' as until
     ) as m
     where c.relnamespace = 'ferry_state'::regnamespace and c.relkind = 'r'
       and c.relname ~ '^events_[0-9]{4}_[0-9]{2}$'
       and m.until <= now() - p_keep
     order by m.until
$$;
