-- finished_runs: of these runs, those that have ended, whose staging can be removed.
create or replace function ferry_state.finished_runs(p_runs bigint[])
returns setof bigint
language sql
stable
as $$
    select id from ferry_state.runs where id = any (p_runs) and finished_at is not null
$$;
