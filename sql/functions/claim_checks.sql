-- claim_checks: lease the lookups of facts for commands of one actor to a worker. Returns no rows
-- when there are none.
--
-- Divided between the waiting actors: the one with the fewest lookups in progress comes first, and
-- none has more than p_actor_max on this worker.
-- Locks: the worker's lease, as claim_run does: the rescue that removes it releases everything
--   claimed with it. The rows; skips rows that another worker claims.
create or replace function ferry_state.claim_checks(p_worker bigint, p_actor_max integer)
returns table (
    token       bigint,
    id          bigint,
    lane        bigint,
    command     text,
    environment text,
    arguments   text,
    actor       text,
    attempts    smallint,
    login       text  -- null: the actor
)
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_actor text;
    v_free  bigint;
    v_ids   bigint[];
begin
    perform from ferry_state.worker_leases where worker_id = p_worker for key share;
    if not found then
        return;
    end if;
    for v_actor, v_free in
        with recursive waiting (actor) as (
            (select actor from ferry_state.command_waits
              where waits_for = 'fact' and worker_id is null order by actor limit 1)
            union all
            select (select actor from ferry_state.command_waits
                     where waits_for = 'fact' and worker_id is null and actor > w.actor
                     order by actor limit 1)
              from waiting as w where w.actor is not null
        )
        select w.actor, p_actor_max - busy.of_worker
          from waiting as w
         cross join lateral (
            select count(*) as all_workers,
                   count(*) filter (where worker_id = p_worker) as of_worker
              from ferry_state.command_waits
             where worker_id is not null and actor = w.actor
         ) as busy
         where w.actor is not null and busy.of_worker < p_actor_max
         order by busy.all_workers, w.actor
    loop
        v_ids := array(
            select command_id
              from ferry_state.command_waits
             where waits_for = 'fact' and worker_id is null and actor = v_actor
             order by priority, command_id
             limit v_free
               for update skip locked);
        continue when v_ids = '{}';
        return query
        with leased as (
            update ferry_state.command_waits
               set worker_id = p_worker, token = nextval('ferry_state.tokens')
             where command_id = any (v_ids)
            returning *
        )
        select l.token, c.id, l.lane, c.command, c.environment, c.arguments::text, c.actor,
               l.attempts, c.login
          from leased as l join ferry_state.commands as c on c.id = l.command_id;
        return;
    end loop;
end;
$$;
