-- One row per transition: the audit log and the feed of watch. Only inserted. xact is the
-- transaction that wrote it: a watcher reads the events that were not visible before and are now.
create table ferry_state.events (
    id          bigint      not null generated always as identity,
    xact        xid8        not null default pg_current_xact_id(),
    at          timestamptz not null default now(),
    environment text        not null,
    event       text        not null,
    object_kind text        not null,
    object_id   bigint,
    object_name text,
    run_id      bigint,
    command_id  bigint,
    actor       text        not null,
    login       text,  -- the role that had logged in; null: the actor
    details     jsonb,
    constraint events_pkey primary key (id, at)
) partition by range (at);  -- by month: make_event_partition
create index events_xact on ferry_state.events (xact, id);
create index events_run on ferry_state.events (run_id, id) where run_id is not null;
create index events_command on ferry_state.events (command_id, id) where command_id is not null;

-- The removed partitions, with the first and the last transaction that had written to each, and the
-- last event: null if it was empty.
create table ferry_state.pruned_events (
    partition  text        not null,
    until      timestamptz not null,
    first_xact xid8,
    last_xact  xid8,
    last_id    bigint,
    pruned_by  text        not null default session_user,
    pruned_at  timestamptz not null default now(),
    constraint pruned_events_pkey primary key (partition)
);

-- The session that prunes; another one can when it has ended.
create table ferry_state.pruner (
    backend_pid   integer     not null,
    backend_start timestamptz,
    backend_role  oid         not null
);

-- The successive histories of this database. A new one begins after a crash, a failover or a
-- restore: transactions that were seen may be lost, and their ids may be reused. The events of an
-- epoch have ids from first_id up to that of the next epoch; first_xact is below all transactions
-- that wrote them.
create table ferry_state.epochs (
    number     integer     not null,
    key        text        not null default substr(md5(gen_random_uuid()::text), 1, 16),
    first_id   bigint      not null,
    first_xact xid8        not null,
    began_at   timestamptz not null default clock_timestamp(),
    constraint epochs_pkey primary key (number)
);

-- The current epoch, and where it was recorded: a copy or a restored dump is elsewhere. Unlogged,
-- so that the server truncates it in every recovery and when a standby is promoted.
create unlogged table ferry_state.present_epoch (
    epoch             integer not null,
    system_identifier bigint  not null,
    database_id       oid     not null,
    table_id          oid     not null
);
