-- enqueue: record one accepted command and put it on the queue, or let it wait until run_at.
--
-- p_lane:            of the object that it is about.
-- p_lanes_referred:  of those that it names besides.
-- Returns false, and does nothing, when its actor used the idempotency key before. Of two
-- transactions with one key the second waits for the first.
create or replace function ferry_state.enqueue(
    p_id              bigint,
    p_command         text,
    p_arguments       jsonb,
    p_environment     text,
    p_priority        smallint,
    p_run_at          timestamptz,
    p_idempotency_key text,
    p_lane            bigint,
    p_lanes_referred  bigint[],
    p_actor           text,
    p_created_at      timestamptz
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ferry_state.commands (id, command, arguments, environment, priority, run_at,
                                      idempotency_key, lane, actor, created_at)
    values (p_id, p_command, p_arguments, p_environment, p_priority, p_run_at,
            p_idempotency_key, p_lane, p_actor, p_created_at)
    on conflict (environment, actor, idempotency_key) where idempotency_key is not null do nothing;
    if not found then
        return false;
    end if;
    if p_run_at > p_created_at then
        insert into ferry_state.command_waits (command_id, lane, priority, waits_for, due_at)
        values (p_id, p_lane, p_priority, 'time', p_run_at);
    else
        insert into ferry_state.command_queue (command_id, lane, priority)
        values (p_id, p_lane, p_priority);
    end if;
    if p_lanes_referred <> '{}' then
        insert into ferry_state.command_references (command_id, lane)
        select distinct p_id, lane from unnest(p_lanes_referred) as r (lane)
         where lane <> p_lane;
    end if;
    return true;
end;
$$;
