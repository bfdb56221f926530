-- ended_runs: those of p_runs that have ended and had the same destination as p_run: their staging
-- there can be removed.
create or replace function ferry_state.ended_runs(p_run bigint, p_runs bigint[])
returns bigint[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(r.id), '{}')
      from ferry_state.runs as mine
      join ferry_state.runs as r
        on r.inputs -> 'destination' -> 'kind' = mine.inputs -> 'destination' -> 'kind'
       and (r.inputs #> '{destination,settings}') - 'limits'
           = (mine.inputs #> '{destination,settings}') - 'limits'
       and (r.inputs #> '{destination,sandbox}') is not distinct from
           (mine.inputs #> '{destination,sandbox}')
     where mine.id = p_run and r.id = any (p_runs) and r.finished_at is not null
$$;
