-- save_batch: write what a batch of commands changed, how each command ended and its events.
--
-- p_changes:  the changes of the lifecycle core: saved objects and deleted ids per kind, versions of
--             data exports to keep for ever. Null when nothing changed.
-- p_outcomes: [{"id", "state", "code", "message", "hint", "attempts"}]; each leaves the queue.
-- p_retries:  [{"id", "attempts", "delay_seconds", "error"}]; each waits on the schedule.
-- p_events:   [{"environment", "event", "object_kind", …}]
create or replace function ferry_state.save_batch(
    p_changes  json,
    p_outcomes json,
    p_retries  json,
    p_events   json
)
returns void
language plpgsql
as $$
begin
    if p_changes is not null then
        perform ferry_state.save_changes(p_changes);
    end if;

    with outcome as (
        select *
          from json_to_recordset(p_outcomes) as o (
              id bigint, state text, code text, message text, hint text, attempts smallint)
    ),
    recorded as (
        insert into ferry_state.command_outcomes
               (command_id, state, code, message, hint, attempts, finished_at)
        select id, state, code, message, hint, attempts, clock_timestamp() from outcome
    )
    delete from ferry_state.command_queue as q using outcome as o where q.command_id = o.id;

    if p_retries is not null then
        with retry as (
            select *
              from json_to_recordset(p_retries) as r (
                  id bigint, attempts smallint, delay_seconds double precision, error text)
        ),
        gone as (
            delete from ferry_state.command_queue as q using retry as r
             where q.command_id = r.id
            returning q.command_id, q.lane, q.priority
        )
        insert into ferry_state.command_schedule
               (command_id, lane, priority, due_at, attempts, last_error)
        select g.command_id, g.lane, g.priority,
               clock_timestamp() + make_interval(secs => r.delay_seconds), r.attempts, r.error
          from gone as g join retry as r on r.id = g.command_id;
    end if;

    insert into ferry_state.events (environment, event, object_kind, object_id, object_name,
                                    run_id, command_id, actor, details)
    select environment, event, object_kind, object_id, object_name, run_id, command_id, actor, details
      from json_to_recordset(p_events) as e (
          environment text, event text, object_kind text, object_id bigint, object_name text,
          run_id bigint, command_id bigint, actor text, details jsonb);
    perform pg_notify('ferry_events', '');
end;
$$;
