-- prune_runs: remove runs that ended before p_until and are not needed, with all their data. See
-- prune_batch.
--
-- The runs of one group run are removed together or not at all. Checks at most 250 runs, and
-- removes at most about 2,500 tasks, but at least one run.
create or replace function ferry_state.prune_runs(
    p_until     timestamptz,
    p_after     bigint,
    p_dry       boolean,
    out removed bigint,
    out next    bigint
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_looked integer;
    v_ids    bigint[];
    v_last   bigint;
    v_cut    bigint;
begin
    -- A run that was created later cannot have ended before.
    select count(*), array_agg(id) filter (where created_at < p_until), max(id)
      into v_looked, v_ids, v_last
      from (select id, created_at from ferry_state.runs
             where id > p_after order by id limit 250) as w;
    next := case when v_looked = 250 and v_ids is not null then v_last end;

    if not p_dry then
        v_ids := array(
            select id from ferry_state.runs
             where id = any (v_ids) and finished_at < p_until
               for update skip locked);
    end if;
    -- A separate statement: it sees changes made before the locks, for example a resolution.
    with old as materialized (
        select r.id, r.group_run_id
          from ferry_state.runs as r
         where r.id = any (v_ids) and not ferry_state.is_kept_run(r.id, p_until)
    ),
    kept_groups as materialized (
        select g.group_run_id
          from (select distinct group_run_id from old where group_run_id is not null) as g
         where exists (select from ferry_state.runs as r
                        where r.group_run_id = g.group_run_id
                          and ferry_state.is_kept_run(r.id, p_until))
    ),
    sized as (
        select id, (select count(*) from ferry_state.run_tasks as t where t.run_id = old.id) as tasks
          from old
         where group_run_id is null
            or group_run_id not in (select group_run_id from kept_groups)
    ),
    summed as (
        select id, sum(tasks) over (order by id) - tasks as tasks_before from sized
    )
    select array_agg(id) filter (where p_dry or tasks_before <= 2500),
           min(id) filter (where not p_dry and tasks_before > 2500)
      into v_ids, v_cut
      from summed;
    removed := coalesce(cardinality(v_ids), 0);
    if p_dry or removed = 0 then
        return;
    end if;
    if v_cut is not null then
        next := v_cut - 1;
    end if;

    delete from ferry_state.task_progress where run_id = any (v_ids);
    delete from ferry_state.run_reads where run_id = any (v_ids);
    delete from ferry_state.run_tasks where run_id = any (v_ids);
    delete from ferry_state.run_manifests where run_id = any (v_ids);
    delete from ferry_state.runs where id = any (v_ids);
end;
$$;
