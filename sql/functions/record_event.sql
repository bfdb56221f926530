-- record_event: append one event that no command caused, and notify the watchers.
create or replace function ferry_state.record_event(
    p_environment text,
    p_event       text,
    p_object_kind text,
    p_object_id   bigint,
    p_object_name text,
    p_run_id      bigint,
    p_details     jsonb
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select ferry_state.ensure_event_partitions();
    select ferry_state.ensure_epoch();
    insert into ferry_state.events
           (environment, event, object_kind, object_id, object_name, run_id, actor, details)
    values (p_environment, p_event, p_object_kind, p_object_id, p_object_name, p_run_id,
            current_user, p_details);
    select pg_notify('ferry_events', '');
$$;
