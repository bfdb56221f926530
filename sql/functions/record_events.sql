-- record_events: append the events of a batch, and notify the watchers once.
create or replace function ferry_state.record_events(
    p_environments text[],
    p_events       text[],
    p_object_kinds text[],
    p_object_ids   bigint[],
    p_object_names text[],
    p_run_ids      bigint[],
    p_command_ids  bigint[],
    p_actors       text[],
    p_details      text[],  -- JSON
    p_logins       text[] default null  -- null, or the actor, if the roles are the same
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select ferry_state.ensure_event_partitions();
    select ferry_state.ensure_epoch();
    insert into ferry_state.events (environment, event, object_kind, object_id, object_name,
                                    run_id, command_id, actor, login, details)
    select environment, event, object_kind, object_id, object_name, run_id, command_id, actor,
           nullif(login, actor), details::jsonb
      from unnest(p_environments, p_events, p_object_kinds, p_object_ids, p_object_names,
                  p_run_ids, p_command_ids, p_actors, p_details, p_logins)
           as e (environment, event, object_kind, object_id, object_name, run_id, command_id,
                 actor, details, login);
    select pg_notify('ferry_events', '');
$$;
