-- earlier_related: the unfinished commands before commands of a batch, on these objects of its
-- world, as JSON: [[kind, id, first]]. Null when there are none. First: the lowest id.
--
-- Stable: it must use the snapshot of the calling statement.
create or replace function ferry_state.earlier_related(
    p_batch          bigint[],
    p_databases      bigint[],
    p_exports        bigint[],
    p_destinations   bigint[],
    p_templates      bigint[],
    p_orchestrations bigint[],
    p_groups         bigint[],
    p_runs           bigint[],
    p_alerts         bigint[]
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_before constant bigint := (select max(id) from unnest(p_batch) as b (id));
begin
    return (
        select json_agg(json_build_array(kind, id, first))::text
          from (
            select kind, id,
                   ferry_state.first_of_lane(
                       ferry_state.lane_number(kind, environment, key, second_key), v_before,
                       p_batch) as first
              from ferry_state.named_objects(p_databases, p_exports, p_destinations, p_templates,
                                             p_orchestrations, p_groups, p_runs, p_alerts)
          ) as loaded
         where first is not null);
end;
$$;
