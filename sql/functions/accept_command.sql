-- accept_command: handle an INSERT into (or COPY to) the view ferry.commands.
--
-- Checks everything that can be checked now, and queues the command in the caller's transaction.
-- For a repeated idempotency key, returns the first command: its id, run_at, priority, created_at
-- and state. Of two transactions with the same key, the second waits for the first.
--
-- Each expression here costs time in each transaction that sends a command. Therefore the usual
-- command is checked with one condition, and only commands that do not meet it are checked in
-- detail.
--
-- A notification costs a lock that all notifying commits in the cluster wait for. It is omitted
-- while a worker is certain to poll without it: see awake_until, which a claim sets when it found
-- something. That worker keeps polling, less and less often, so it finds late commits late.
-- Raises: FY001 unknown command, FY002-FY004 arguments, FY005 too large, FY006 unknown environment,
--         FY008 idempotency key in use, FY016 priority not allowed, FY017 too many waiting.
create or replace function ferry_state.accept_command()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_kind     text;
    v_key      text[];
    v_refers   text[];
    v_valid    boolean;
    v_referred boolean;
    v_lane     bigint;
    v_asleep   boolean;
    v_sampled  boolean;
    v_crowded  boolean;
begin
    if new.environment is distinct from 'production' then
        new.environment := case when new.environment is null then 'production'
            else ferry_state.known_environment(new.environment, new.actor) end;
    end if;
    if new.arguments is null then
        new.arguments := '{}';
    end if;
    -- A text this short contains no argument that is too long; if accepts is true, there is no
    -- secret.
    select lane, key, refers,
           octet_length(new.arguments::text) <= bytes_safe and new.arguments @@ accepts
               and new.arguments - parameters = '{}'
               and (new.priority is null or new.priority between 2 and 3)
               and (new.idempotency_key is null or octet_length(new.idempotency_key) <= 256),
           new.arguments ?| referring
      into v_kind, v_key, v_refers, v_valid, v_referred
      from ferry_state.command_definitions
     where command = new.command;
    if v_valid is not true then
        perform ferry_state.check_command(new);
    end if;

    with written as (
        insert into ferry_state.commands (id, command, arguments, environment, priority, run_at,
                                          idempotency_key, lane, actor, login, created_at)
        values (nextval('ferry_state.ids'), new.command, new.arguments, new.environment,
                coalesce(new.priority, 2), new.run_at, new.idempotency_key,
                ferry_state.lane_of(v_kind, v_key, new.environment, new.arguments),
                new.actor, nullif(session_user, new.actor), clock_timestamp())
        on conflict (environment, actor, idempotency_key) where idempotency_key is not null
        do nothing
        returning id, lane, priority, actor, coalesce(login, actor) as login, created_at,
                  case when run_at > created_at then 'scheduled' else 'queued' end as state
    ),
    queued as (
        insert into ferry_state.command_queue (command_id, lane, priority, actor)
        select id, lane, priority, actor from written where state = 'queued'
    )
    select id, priority, login, created_at, state, lane,
           last_value < extract(epoch from created_at) * 1000, last_value & 1 = 1,
           -- Not random(), whose numbers a sender can control with setseed().
           (uuid_hash(gen_random_uuid()) & 255) < greatest(1, pg_column_size(new.arguments) >> 12)
      into new.id, new.priority, new.login, new.created_at, new.state, v_lane,
           v_asleep, v_crowded, v_sampled
      from written cross join ferry_state.awake_until;
    if v_asleep is null then
        return ferry_state.first_with_key(new);
    end if;
    if v_sampled or v_crowded then
        perform ferry_state.count_waiting(new.id, new.actor, v_sampled);
    end if;
    if v_referred then
        insert into ferry_state.command_references (command_id, lane)
        select distinct new.id, lane
          from unnest(ferry_state.referred_lanes(v_refers, new.environment, new.arguments))
            as r (lane)
         where lane <> v_lane;
    end if;
    if new.state = 'scheduled' then
        insert into ferry_state.command_waits
               (command_id, lane, priority, actor, waits_for, due_at)
        values (new.id, v_lane, new.priority, new.actor, 'time', new.run_at);
    elsif v_asleep then
        notify ferry_commands;
    end if;
    return new;
end;
$$;

create or replace trigger accept_command
    instead of insert on ferry.commands
    for each row execute function ferry_state.accept_command();
