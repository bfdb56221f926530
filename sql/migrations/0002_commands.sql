-- The ids of commands, and of the objects that they create: an object has the id of its command.
create sequence ferry_state.ids;

-- The sent commands. They never change, even when their environment is deleted, except that
-- arguments of senders without any policy are not kept: see empty_commands.
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
    login           text,  -- the role that had logged in; null: the actor
    created_at      timestamptz not null,
    constraint commands_pkey primary key (id),
    constraint commands_priority_is_0_to_3 check (priority between 0 and 3)
);
create unique index commands_idempotency_key_is_unique_per_actor
    on ferry_state.commands (environment, actor, idempotency_key)
    where idempotency_key is not null;

-- The object, the references and the arguments of each command. Filled at every migration by
-- fill_command_definitions; a table, because every INSERT of a command reads it.
create table ferry_state.command_definitions (
    command     text     not null,
    lane        text     not null,
    key         text[]   not null,
    parameters  text[]   not null,
    arguments   jsonb    not null,
    required    text[]   not null,
    refers      text[]   not null,
    referring   text[]   not null,  -- the first arguments of refers
    accepts     jsonpath not null,  -- true only for arguments of the right types, none missing
    bytes_safe  integer  not null,  -- arguments with a text this short contain none that is too long
    description text     not null,
    constraint command_definitions_pkey primary key (command)
);

-- The commands that can be applied now: narrow rows, deleted when the command ends or has to wait.
-- xact orders rows by the transaction that made them visible, so that a claim can start its scan
-- where the last one found a live row, not at the first dead row.
create table ferry_state.command_queue (
    command_id bigint   not null,
    lane       bigint   not null,
    xact       xid8     not null default pg_current_xact_id(),
    priority   smallint not null,
    attempts   smallint not null default 0,
    actor      text collate "C" not null,  -- claims are divided between actors
    constraint command_queue_pkey primary key (command_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index command_queue_priority on ferry_state.command_queue (priority, xact, command_id);
create index command_queue_actor on ferry_state.command_queue (priority, actor, xact, command_id);
create index command_queue_lane on ferry_state.command_queue (lane, command_id);

-- The commands that cannot be applied yet, and what they wait for: a time (run_at), another
-- attempt, the end of an earlier command, or a fact that a worker looks up outside the queue's
-- database. All except the first block later commands.
create table ferry_state.command_waits (
    command_id bigint      not null,
    lane       bigint      not null,
    priority   smallint    not null,
    attempts   smallint    not null default 0,
    waits_for  text        not null,
    due_at     timestamptz,
    after_id   bigint,  -- the earlier command
    actor      text collate "C" not null,  -- claims and lookups are divided between actors
    token      bigint,  -- of the worker that looks up the fact
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

-- The lanes of the objects that a command names in addition to its own. Deleted when it ends.
create table ferry_state.command_references (
    command_id bigint not null,
    lane       bigint not null,
    constraint command_references_pkey primary key (command_id, lane)
);
create index command_references_lane on ferry_state.command_references (lane, command_id);

-- Cancellation requests. Clients only insert them, so that they lock nothing that a worker waits
-- for; a worker processes and deletes them. At most one for each command, so no sender has more of
-- them than waiting commands.
create table ferry_state.command_cancellations (
    command_id bigint not null,
    actor      text collate "C" not null,  -- they are divided between actors
    login      text,  -- the role that had logged in; null: the actor
    constraint command_cancellations_pkey primary key (command_id)
);
create index command_cancellations_actor on ferry_state.command_cancellations (actor, command_id);

-- Until when, in milliseconds since 1970, a worker is certain to poll the queue without
-- notifications; forever while there is no worker. An odd number while each INSERT has to count its
-- sender's waiting commands. A sequence, because it is not transactional and leaves no dead rows.
create unlogged sequence ferry_state.awake_until as bigint
    minvalue 0 start 9223372036854775806;

-- A random sample of the unfinished commands, from which the approximate number for a role is
-- known: see count_waiting.
create table ferry_state.command_samples (
    command_id bigint not null,
    actor      text collate "C" not null,
    constraint command_samples_pkey primary key (command_id)
);
create index command_samples_actor on ferry_state.command_samples (actor);

-- Until when, in milliseconds since 1970, each INSERT of a command checks whether its sender has
-- too many waiting commands; otherwise only samples do. A sequence, because a refused INSERT must
-- be able to set it.
create unlogged sequence ferry_state.crowded_until as bigint;

-- These rows are locked and never updated: the holder of a slot applies the commands of its lanes.
create table ferry_state.lane_slots (
    slot integer not null,
    constraint lane_slots_pkey primary key (slot)
);
insert into ferry_state.lane_slots (slot) select generate_series(0, 8191);

-- The outcome of each command. Written once.
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

-- Commands of senders without any policy that ended without being applied. Their arguments are not
-- kept, and the commands are kept for a day: see empty_commands and prune_emptied_commands.
create table ferry_state.emptied_commands (
    command_id       bigint not null,
    arguments_sha256 bytea,  -- with an idempotency key: to compare with a repeated command
    constraint emptied_commands_pkey primary key (command_id)
);
