-- prune_workers: remove registrations of workers that were last active before p_until. See
-- prune_batch.
create or replace function ferry_state.prune_workers(
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
begin
    select count(*), array_agg(id) filter (where coalesce(ended_at, started_at) < p_until), max(id),
           case when count(*) = 1000 and min(started_at) < p_until then max(id) end
      into v_looked, v_ids, v_last, next
      from (select id, started_at, ended_at from ferry_state.workers
             where id > p_after order by id limit 1000) as w;
    v_ids := array(
        select w from unnest(v_ids) as w
         where not exists (select from ferry_state.worker_leases as l where l.worker_id = w));
    removed := cardinality(v_ids);
    if not p_dry then
        delete from ferry_state.workers where id = any (v_ids);
    end if;
end;
$$;
