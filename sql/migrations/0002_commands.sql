-- The ids of commands, and of the objects that they create: an object bears the id of its command.
create sequence ferry_state.ids;

-- What was asked for. Never changes, also when the environment that it was for is gone; but senders
-- without any policy leave no arguments: see empty_commands.
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
    login           text,  -- the role that acted in the actor's name; null: the actor
    created_at      timestamptz not null,
    constraint commands_pkey primary key (id),
    constraint commands_priority_is_0_to_3 check (priority between 0 and 3)
);
create unique index commands_idempotency_key_is_unique_per_actor
    on ferry_state.commands (environment, actor, idempotency_key)
    where idempotency_key is not null;

-- What each command is about, what it names, and its arguments. Filled at every migration by
-- fill_command_definitions; a table, because every INSERT of a command looks here.
create table ferry_state.command_definitions (
    command     text     not null,
    lane        text     not null,
    key         text[]   not null,
    parameters  text[]   not null,
    arguments   jsonb    not null,
    required    text[]   not null,
    refers      text[]   not null,
    referring   text[]   not null,  -- the arguments that refers begins with
    accepts     jsonpath not null,  -- true only for arguments of the right types, none missing
    bytes_safe  integer  not null,  -- so short a text of arguments holds none that is too long
    description text     not null,
    constraint command_definitions_pkey primary key (command)
);

-- What can be applied now: narrow, gone when its command has ended or has to wait.
-- xact orders rows by the transaction that made them visible, so that a claim can start its scan
-- where the last one found something alive, not at the first dead row.
create table ferry_state.command_queue (
    command_id bigint   not null,
    lane       bigint   not null,
    xact       xid8     not null default pg_current_xact_id(),
    priority   smallint not null,
    attempts   smallint not null default 0,
    actor      text collate "C" not null,  -- claims are shared out between actors
    constraint command_queue_pkey primary key (command_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index command_queue_priority on ferry_state.command_queue (priority, xact, command_id);
create index command_queue_actor on ferry_state.command_queue (priority, actor, xact, command_id);
create index command_queue_lane on ferry_state.command_queue (lane, command_id);

-- What cannot be applied yet, and what it waits for: a time (run_at), another attempt, the end of an
-- earlier command, or a fact that a worker looks up outside of the queue's database. All but the
-- first hold back what comes after them.
create table ferry_state.command_waits (
    command_id bigint      not null,
    lane       bigint      not null,
    priority   smallint    not null,
    attempts   smallint    not null default 0,
    waits_for  text        not null,
    due_at     timestamptz,
    after_id   bigint,  -- the earlier command
    actor      text collate "C" not null,  -- claims and lookups are shared out between actors
    token      bigint,  -- of the worker that looks it up
    worker_id  bigint,
    last_error text,
    constraint command_waits_pkey primary key (command_id),
    constraint command_waits_reason_is_known
        check (waits_for in ('time', 'retry', 'command', 'fact')),
    constraint command_waits_for_a_time_or_not
        check ((due_at is not null) = (waits_for in ('time', 'retry'))),
    constraint command_waits_for_a_command_or_not
        check ((after_id is not null) = (waits_for = 'command')),
    constraint command_waits_looked_up_under_a_token
        check (worker_id is null or (token is not null and waits_for = 'fact'))
);
create index command_waits_due on ferry_state.command_waits (due_at) where due_at is not null;
create index command_waits_due_of_actor on ferry_state.command_waits (actor, due_at)
    where due_at is not null;
create index command_waits_lane on ferry_state.command_waits (lane, command_id)
    where waits_for <> 'time';
create index command_waits_after on ferry_state.command_waits (after_id, command_id)
    where after_id is not null;
create index command_waits_facts on ferry_state.command_waits (actor, priority, command_id)
    where waits_for = 'fact' and worker_id is null;
create index command_waits_looked_up on ferry_state.command_waits (worker_id, actor)
    where worker_id is not null;

-- The lanes of the objects that a command names beside the one it is about. Gone with its end.
create table ferry_state.command_references (
    command_id bigint not null,
    lane       bigint not null,
    constraint command_references_pkey primary key (command_id, lane)
);
create index command_references_lane on ferry_state.command_references (lane, command_id);

-- Commands that their senders want to be canceled. Only inserted by clients, so that they lock
-- nothing that a worker waits for; a worker honours and deletes them. One for a command at most: so
-- nobody has more of them than commands that wait.
create table ferry_state.command_cancellations (
    command_id bigint not null,
    actor      text collate "C" not null,  -- they are shared out between actors
    login      text,  -- the role that acted in the actor's name; null: the actor
    constraint command_cancellations_pkey primary key (command_id)
);
create index command_cancellations_actor on ferry_state.command_cancellations (actor, command_id);

-- Until when, in milliseconds since 1970, some worker is sure to look at the queue without being
-- notified, for ever while there is no worker; an odd number while each INSERT has to look how many
-- of its sender's commands wait. A sequence, because it is not transactional and leaves no dead rows.
create unlogged sequence ferry_state.awake_until as bigint
    minvalue 0 start 9223372036854775806;

-- Some of the commands that have not ended, by chance, from which it is known about how many a role
-- has: see count_waiting.
create table ferry_state.command_samples (
    command_id bigint not null,
    actor      text collate "C" not null,
    constraint command_samples_pkey primary key (command_id)
);
create index command_samples_actor on ferry_state.command_samples (actor);

-- Until when, in milliseconds since 1970, each INSERT of a command looks whether its sender has too many
-- that wait; else only samples do. A sequence, because a refused INSERT is to leave it behind.
create unlogged sequence ferry_state.crowded_until as bigint;

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
create index command_outcomes_unsuccessful on ferry_state.command_outcomes (command_id)
    where state <> 'applied';

-- Commands that ended otherwise than applied, of senders who held no policy at all. Their arguments are
-- not kept, and they themselves for a day: see empty_commands and prune_emptied_commands.
create table ferry_state.emptied_commands (
    command_id       bigint not null,
    arguments_sha256 bytea,  -- with an idempotency key: what a repeat of it is compared with
    constraint emptied_commands_pkey primary key (command_id)
);
