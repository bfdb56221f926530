-- load_world: the objects that a batch of commands touches, locked, as one JSON document; and the
-- commands outside the batch that come before commands of the batch, as in earlier_commands.
--
-- Earlier commands on the objects that the batch names are searched first, so that a command that
-- ends meanwhile is included; those on the other objects of the world, in the snapshot of that
-- world. Therefore an earlier command is either included, or its effects are in the world.
-- p_references: {"data_export": [["production", "daily customers", true], …], …}: by kind, the
--   environment, the key and whether the batch can change or delete the object. The key of a data
--   template is its destination's key, U+001F and its own, or only U+001F for all of the loaded
--   destinations; that of a run is its id, followed by U+001F when it is to be resolved. The key
--   "environment", with an empty array, loads the names of all environments.
-- p_actors: the roles that sent the commands, whose policies are loaded.
-- p_batch:  the commands, and p_lanes: their lanes, in the same order.
-- Locks: first the configuration as a whole: shared, or exclusively for a command that changes a
--   setting. Then objects that may be changed, exclusively, and objects that are only referred to,
--   against changes; always kind by kind in the order below and by id within a kind, so that
--   deadlocks of two workers are very rare.
create or replace function ferry_state.load_world(
    p_references jsonb,
    p_actors     text[],
    p_batch      bigint[],
    p_lanes      bigint[]
)
returns table (world text, earlier text, related text)
language plpgsql
set search_path = pg_catalog, pg_temp
-- A batch names few of many objects; statistics of new tables would lead to full scans.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off  -- with the costs of the disabled scans it would compile for 150 ms
as $$
declare
    v_destinations   bigint[];
    v_templates      bigint[];
    v_exports        bigint[];
    v_orchestrations bigint[];
    v_groups         bigint[];
    v_databases      bigint[];
    v_runs           bigint[];
    v_resolved       bigint[];
    v_alerts         bigint[];
    v_earlier        text;
    -- Only read, to check rights: neither locked nor waited for.
    v_guards         bigint[];
    -- Users are loaded only for objects that the batch may delete: a database may have many
    -- exports.
    v_databases_written    constant bigint[] := ferry_state.ids_of('databases',
        jsonb_path_query_array(p_references -> 'database', 'strict $[*] ? (@[2] == true)'));
    v_orchestrations_written constant bigint[] := ferry_state.ids_of('orchestrations',
        jsonb_path_query_array(p_references -> 'orchestration', 'strict $[*] ? (@[2] == true)'));
    v_destinations_written constant bigint[] := ferry_state.ids_of('destinations',
        jsonb_path_query_array(p_references -> 'destination', 'strict $[*] ? (@[2] == true)'));
begin
    perform ferry_state.lock_configuration(p_references ? 'setting');
    v_earlier := ferry_state.earlier_commands(p_batch, p_lanes, p_references);

    -- Selected by key, then the objects that these refer to, then the objects that refer to them.
    v_orchestrations := ferry_state.ids_of('orchestrations', p_references -> 'orchestration');
    if p_references ? 'alert' then
        v_alerts := ferry_state.ids_of('alerts', p_references -> 'alert');
        v_orchestrations := v_orchestrations || array(
            select orchestration_id from ferry_state.alerts
             where id = any (v_alerts) and orchestration_id is not null);
    end if;
    if p_references ? 'orchestration_group' then
        v_groups := ferry_state.lock_objects('orchestration_groups',
                                             p_references -> 'orchestration_group');
    end if;
    if v_groups is not null then
        v_orchestrations := v_orchestrations || array(
            select orchestration_id from ferry_state.orchestration_group_members
             where group_id = any (v_groups));
        v_runs := array(select id from ferry_state.runs
                         where finished_at is null and group_id = any (v_groups));
        v_groups := v_groups || ferry_state.lock_earlier_groups(v_groups) || array(
            select id from ferry_state.orchestration_groups where after_id = any (v_groups));
    end if;
    -- Locked first, so that the objects that refer to them cannot change meanwhile.
    v_databases      := ferry_state.lock_objects('databases', p_references -> 'database');
    v_destinations   := ferry_state.lock_objects('destinations', p_references -> 'destination');
    v_exports        := ferry_state.lock_objects('data_exports', p_references -> 'data_export');

    if p_references ? 'data_template' then
        select array_agg(t.id) into v_templates
          from jsonb_array_elements(p_references -> 'data_template') as r
          join ferry_state.destinations as d
            on d.environment = r ->> 0 and d.key = split_part(r ->> 1, E'\x1f', 1)
          join ferry_state.data_templates as t
            on t.destination_id = d.id and t.key = split_part(r ->> 1, E'\x1f', 2);
    end if;
    if p_references ? 'run' then
        select v_runs || array_agg(r.id) into v_runs
          from jsonb_array_elements(p_references -> 'run') as k
          join ferry_state.runs as r
            on r.id = split_part(k ->> 1, E'\x1f', 1)::bigint and r.environment = k ->> 0;
        select array_agg(split_part(k ->> 1, E'\x1f', 1)::bigint) into v_resolved
          from jsonb_array_elements(p_references -> 'run') as k
         where k ->> 1 like E'%\x1f';
    end if;
    if v_resolved is not null then
        v_runs := v_runs || array(
            select id from ferry_state.runs where resolves = any (v_resolved));
        select v_orchestrations || array_agg(orchestration_id), v_databases || array_agg(database_id),
               v_destinations || array_agg(destination_id)
          into v_orchestrations, v_databases, v_destinations
          from ferry_state.runs where id = any (v_resolved);
        perform 1 from ferry_state.destinations
          where id = any (v_destinations) order by id for share;
    end if;

    perform 1 from ferry_state.data_templates where id = any (v_templates) order by id for no key update;

    if v_databases_written is not null then
        v_exports := v_exports || array(
            select data_export_id from ferry_state.data_export_versions as v
              join ferry_state.data_exports as e on e.id = v.data_export_id and e.active_version = v.number
             where v.database_id = any (v_databases_written)
            union
            select id from ferry_state.data_exports
             where (draft ->> 'database_id')::bigint = any (v_databases_written));
    end if;
    if num_nonnulls(v_exports, v_destinations_written, v_templates) > 0 then
        v_orchestrations := v_orchestrations || array(
            select id from ferry_state.orchestrations
             where data_export_id = any (v_exports) or destination_id = any (v_destinations_written)
                or data_template_id = any (v_templates));
    end if;
    perform 1 from ferry_state.orchestrations where id = any (v_orchestrations) order by id for no key update;
    -- A locked orchestration cannot be added to a group.
    if v_orchestrations_written is not null then
        v_groups := v_groups || array(
            select group_id from ferry_state.orchestration_group_members
             where orchestration_id = any (v_orchestrations_written));
    end if;

    -- The alerts that refer to objects that may be deleted.
    if v_orchestrations_written is not null then
        v_alerts := v_alerts || array(
            select id from ferry_state.alerts where orchestration_id = any (v_orchestrations_written));
    end if;
    if v_alerts is not null then
        perform 1 from ferry_state.alerts where id = any (v_alerts) order by id for no key update;
    end if;

    if v_destinations_written is not null then
        v_templates := v_templates || array(
            select id from ferry_state.data_templates
             where destination_id = any (v_destinations_written));
    end if;
    if v_orchestrations is not null then
        select v_exports || array_agg(data_export_id), v_destinations || array_agg(destination_id),
               v_templates || array_agg(data_template_id)
          into v_exports, v_destinations, v_templates
          from ferry_state.orchestrations where id = any (v_orchestrations);
    end if;
    if v_templates is not null then
        v_destinations := v_destinations || array(
            select destination_id from ferry_state.data_templates where id = any (v_templates));
    end if;
    if v_exports is not null then
        v_databases := v_databases || array(
            select v.database_id from ferry_state.data_exports as e
              join ferry_state.data_export_versions as v
                on v.data_export_id = e.id and v.number = e.active_version
             where e.id = any (v_exports)
            union
            select (draft ->> 'database_id')::bigint from ferry_state.data_exports
             where id = any (v_exports) and draft ->> 'database_id' is not null);
    end if;
    if jsonb_path_exists(p_references -> 'data_template', 'strict $[*] ? (@[1] == "\u001f")') then
        v_templates := v_templates || array(
            select id from ferry_state.data_templates
             where destination_id = any (v_destinations) order by id for share);
    end if;
    if num_nonnulls(v_exports, v_orchestrations, v_destinations_written) > 0 then
        v_runs := v_runs || array(
            select id from ferry_state.runs
             where finished_at is null
               and (data_export_id = any (v_exports) or orchestration_id = any (v_orchestrations)
                    or destination_id = any (v_destinations_written)));
    end if;
    perform 1 from ferry_state.runs where id = any (v_runs) order by id for no key update;

    -- An unfinished run prevents the deletion of its destination. Another destination may be at the
    -- place of one that is for administrators only.
    v_guards := array(
        select r.destination_id
          from jsonb_array_elements(p_references -> 'run') as k
          join ferry_state.runs as r
            on r.id = split_part(k ->> 1, E'\x1f', 1)::bigint and r.environment = k ->> 0);
    if jsonb_path_exists(p_references -> 'destination', 'strict $[*] ? (@[2] == true)') then
        v_guards := v_guards || array(
            select id from ferry_state.destinations
             where administrators_only
               and environment in (
                   select r ->> 0 from jsonb_array_elements(p_references -> 'destination') as r));
    end if;

    return query
    select ferry_state.world_json(v_databases, v_exports, v_destinations || v_guards, v_templates,
                                  v_orchestrations, v_groups, v_runs, v_alerts, p_actors,
                                  p_references ? 'policy_assignment', null,
                                  p_references ? 'environment'),
           v_earlier,
           ferry_state.earlier_related(p_batch, v_databases, v_exports, v_destinations,
                                       v_templates, v_orchestrations, v_groups, v_runs, v_alerts);
end;
$$;
