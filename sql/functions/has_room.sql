-- has_room: whether the task limits of a run and of its destination allow another task to start.
create or replace function ferry_state.has_room(p_run bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(n.of_run < r.tasks_max, true)
       and coalesce(n.to_destination < r.destination_tasks_max, true)
      from ferry_state.runs as r, ferry_state.running_tasks(p_run) as n
     where r.id = p_run
$$;
