-- finish_commands: record the outcomes of the commands of a batch and remove them from the queue.
--
-- p_applied: ids of the applied commands, by far the most.
-- p_ended:   the others: [{"id", "state", "code", "message", "hint"}], or null.
-- p_retries: those to be retried: [{"id", "delay_seconds", "error"}], or null.
-- p_waits:   those that wait for an earlier command: [{"id", "after"}], or null.
-- p_checks:  ids of those that need a fact from outside the queue's database, or null.
create or replace function ferry_state.finish_commands(
    p_applied bigint[],
    p_ended   json,
    p_retries json,
    p_waits   json,
    p_checks  bigint[]
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
-- Statistics of a queue are always stale; scans must use its index.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_ended bigint[];
begin
    with gone as (
        delete from ferry_state.command_queue where command_id = any (p_applied)
        returning command_id, attempts
    )
    insert into ferry_state.command_outcomes (command_id, state, attempts, finished_at)
    select command_id, 'applied', attempts + 1, clock_timestamp() from gone;

    if p_ended is not null then
        with ended as (
            select *
              from json_to_recordset(p_ended) as o (
                  id bigint, state text, code text, message text, hint text)
        ),
        gone as (
            delete from ferry_state.command_queue as q using ended as e
             where q.command_id = e.id
            returning q.attempts, e.*
        ),
        noted as (
            insert into ferry_state.command_outcomes
                   (command_id, state, code, message, hint, attempts, finished_at)
            select id, state, code, message, hint, attempts + 1, clock_timestamp() from gone
            returning command_id
        )
        select array_agg(command_id) into v_ended from noted;
        perform ferry_state.empty_commands(v_ended);
    end if;

    if exists (select from ferry_state.command_samples) then
        delete from ferry_state.command_samples where command_id = any (p_applied || v_ended);
    end if;
    if exists (select from ferry_state.command_references) then
        delete from ferry_state.command_references
         where command_id = any (p_applied || v_ended);
    end if;

    if p_retries is not null then
        with retry as (
            select *
              from json_to_recordset(p_retries) as r (
                  id bigint, delay_seconds double precision, error text)
        ),
        gone as (
            delete from ferry_state.command_queue as q using retry as r
             where q.command_id = r.id
            returning q.command_id, q.lane, q.priority, q.actor, q.attempts, r.delay_seconds, r.error
        )
        insert into ferry_state.command_waits
               (command_id, lane, priority, actor, waits_for, due_at, attempts, last_error)
        select command_id, lane, priority, actor, 'retry',
               clock_timestamp() + make_interval(secs => delay_seconds), attempts + 1, error
          from gone;
    end if;

    if p_waits is not null then
        perform ferry_state.let_wait(p_waits);
    end if;
    if p_checks is not null then
        with gone as (
            delete from ferry_state.command_queue where command_id = any (p_checks)
            returning command_id, lane, priority, actor, attempts
        )
        insert into ferry_state.command_waits
               (command_id, lane, priority, actor, attempts, waits_for)
        select command_id, lane, priority, actor, attempts, 'fact' from gone;
    end if;
end;
$$;
