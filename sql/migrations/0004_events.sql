-- One row a transition: the audit log and the feed of watch. Only ever inserted.
-- xact is the transaction that wrote it: a watcher reads what was not visible before and is now.
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
    details     jsonb,
    constraint events_pkey primary key (id)
);
create index events_xact on ferry_state.events (xact, id);
