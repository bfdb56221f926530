-- The ids of commands, and of the objects that they create: an object bears the id of its command.
create sequence ferry_state.ids;

-- What was asked for. Never changes, also when the environment that it was for is gone.
create table ferry_state.commands (
    id              bigint      not null,
    command         text        not null,
    arguments       jsonb       not null,
    environment     text        not null,
    priority        smallint    not null,
    run_at          timestamptz,
    idempotency_key text,
    lane            bigint      not null,
    actor           text        not null,
    created_at      timestamptz not null,
    constraint commands_pkey primary key (id),
    constraint commands_priority_is_0_to_3 check (priority between 0 and 3)
);
create unique index commands_idempotency_key_is_unique_per_actor
    on ferry_state.commands (environment, actor, idempotency_key)
    where idempotency_key is not null;

-- What waits to be applied: narrow, never updated, gone when its command has ended.
-- xact orders rows by the transaction that made them visible, so that a claim can start its scan
-- where the last one found something alive, not at the first dead row.
create table ferry_state.command_queue (
    command_id bigint   not null,
    lane       bigint   not null,
    xact       xid8     not null default pg_current_xact_id(),
    priority   smallint not null,
    attempts   smallint not null default 0,
    constraint command_queue_pkey primary key (command_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index command_queue_priority on ferry_state.command_queue (priority, xact, command_id);
create index command_queue_lane on ferry_state.command_queue (lane, xact);

-- What is to wait until a time: a command with run_at, or one whose last attempt failed.
create table ferry_state.command_schedule (
    command_id bigint      not null,
    lane       bigint      not null,
    priority   smallint    not null,
    due_at     timestamptz not null,
    attempts   smallint    not null default 0,
    last_error text,
    constraint command_schedule_pkey primary key (command_id)
);
create index command_schedule_due on ferry_state.command_schedule (due_at);
-- A command that is to be tried again holds back those behind it in its lane.
create index command_schedule_retries on ferry_state.command_schedule (lane) where attempts > 0;

-- Row locks on these, never updates: whoever holds a slot applies the commands of its lanes.
create table ferry_state.lane_slots (
    slot integer not null,
    constraint lane_slots_pkey primary key (slot)
);
insert into ferry_state.lane_slots (slot) select generate_series(0, 8191);

-- How each command ended. Written once.
create table ferry_state.command_outcomes (
    command_id  bigint      not null,
    state       text        not null,
    code        text,
    message     text,
    hint        text,
    attempts    smallint    not null,
    finished_at timestamptz not null,
    constraint command_outcomes_pkey primary key (command_id),
    constraint command_outcomes_state_is_terminal
        check (state in ('applied', 'rejected', 'failed', 'canceled')),
    constraint command_outcomes_say_why_not check ((state = 'applied') = (code is null))
);
