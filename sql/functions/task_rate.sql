-- task_rate: the maximum number of bytes per second for each running task of a run: its even share
-- of the run's limit and of its destination's limit, whichever is less. Null for no limit.
create or replace function ferry_state.task_rate(p_run bigint)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case when num_nonnulls(r.bytes_per_second, r.destination_bytes_per_second) > 0 then (
               select greatest(1, least(r.bytes_per_second / greatest(1, of_run),
                                        r.destination_bytes_per_second
                                            / greatest(1, to_destination)))
                 from ferry_state.running_tasks(p_run)) end
      from ferry_state.runs as r where r.id = p_run
$$;
