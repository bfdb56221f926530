-- running_tasks: the number of running tasks of a run and of all runs to its destination.
create or replace function ferry_state.running_tasks(
    p_run            bigint,
    out of_run         integer,
    out to_destination integer
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select count(*) filter (where t.run_id = p_run), count(*)
      from ferry_state.runs as mine
      join ferry_state.runs as r
        on r.finished_at is null
       and (r.id = mine.id
            or r.destination_id = mine.destination_id
               and num_nonnulls(mine.destination_tasks_max,
                                mine.destination_bytes_per_second) > 0)
      join ferry_state.run_tasks as t on t.run_id = r.id and t.state = 'running'
     where mine.id = p_run
$$;
