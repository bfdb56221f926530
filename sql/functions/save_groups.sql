-- save_groups: write orchestration groups that commands created or changed.
--
-- next_times are seconds since 1970.
create or replace function ferry_state.save_groups(p_groups json)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ferry_state.orchestration_groups
           (id, environment, name, key, enabled, schedule, time_zone, catch_up, after_id,
            next_times, runs_as, created_by)
    select id, environment, name, key, enabled, schedule, time_zone, catch_up, after_id,
           array(select to_timestamp(t) from unnest(next_times) as t), runs_as, created_by
      from json_to_recordset(p_groups) as r (
          id bigint, environment text, name text, key text, enabled boolean, schedule text,
          time_zone text, catch_up text, after_id bigint, next_times bigint[], runs_as text,
          created_by text)
    on conflict (id) do update
       set enabled = excluded.enabled, schedule = excluded.schedule,
           time_zone = excluded.time_zone, catch_up = excluded.catch_up,
           after_id = excluded.after_id, next_times = excluded.next_times,
           runs_as = excluded.runs_as, changed_at = now();

    delete from ferry_state.orchestration_group_members
     where group_id in (select (value ->> 'id')::bigint from json_array_elements(p_groups));
    insert into ferry_state.orchestration_group_members (group_id, position, orchestration_id)
    select (g ->> 'id')::bigint, position, orchestration::bigint
      from json_array_elements(p_groups) as g
     cross join lateral json_array_elements_text(g -> 'orchestration_ids')
           with ordinality as m (orchestration, position);
end;
$$;
