-- load_configuration: the whole configuration of production and of a sandbox, for a command on that
-- sandbox, and the first command before it; as load_world does.
--
-- p_key: the sandbox's, which may not exist.
-- Locks: the configuration as a whole, exclusively; unfinished runs.
create or replace function ferry_state.load_configuration(
    p_key    text,
    p_actors text[],
    p_id     bigint
)
returns table (world text, earlier text, related text)
language plpgsql
set search_path = pg_catalog, pg_temp
-- By environment, regardless of statistics; no query here joins large sets.
set enable_seqscan = off
set jit = off
as $$
declare
    v_names text[] := array['production'];
    v_ids   bigint[];
    v_runs  bigint[];
begin
    perform ferry_state.lock_configuration(true);
    select array_agg(id), v_names || array_agg(name) into v_ids, v_names
      from ferry_state.sandboxes where key = p_key;
    v_names := coalesce(v_names, array['production']);
    v_runs := array(
        select id from ferry_state.runs
         where finished_at is null and environment = any (v_names)
         order by id for no key update);

    return query
    select ferry_state.world_json(
               array(select id from ferry_state.databases where environment = any (v_names)),
               array(select id from ferry_state.data_exports where environment = any (v_names)),
               array(select id from ferry_state.destinations where environment = any (v_names)),
               array(select id from ferry_state.data_templates where environment = any (v_names)),
               array(select id from ferry_state.orchestrations where environment = any (v_names)),
               array(select id from ferry_state.orchestration_groups
                      where environment = any (v_names)),
               v_runs,
               array(select id from ferry_state.alerts where environment = any (v_names)),
               p_actors, true, v_ids, true),
           ferry_state.earlier_anywhere(p_id, v_names), null::text;
end;
$$;
