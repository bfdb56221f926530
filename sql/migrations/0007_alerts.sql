-- The alerts on runs of one orchestration, or of all orchestrations of the environment.
create table ferry_state.alerts (
    id               bigint      not null,
    environment      text        not null,
    name             text        not null,
    key              text        not null,
    orchestration_id bigint,
    -- {"on": ["failure", …], "runtime_seconds_max"?, "credential" or "program", "retry_seconds_max"}
    settings         jsonb       not null,
    created_by       text        not null,
    created_at       timestamptz not null default now(),
    constraint alerts_pkey primary key (id),
    constraint alerts_name_is_unique unique (environment, key),
    constraint alerts_orchestration_exists foreign key (orchestration_id)
        references ferry_state.orchestrations (id)
);
create index alerts_orchestration on ferry_state.alerts (orchestration_id);

-- The messages of alerts, recorded in the transaction of their event, and the status of their
-- delivery. A worker holds a waiting message until due_at; then any worker can claim it.
create table ferry_state.alert_deliveries (
    id          uuid        not null default gen_random_uuid(),
    alert_id    bigint      not null,
    alert_name  text        not null,
    environment text        not null,
    event       text        not null,
    run_id      bigint,
    payload     jsonb       not null,
    state       text        not null default 'waiting',
    attempts    integer     not null default 0,
    created_at  timestamptz not null default clock_timestamp(),
    due_at      timestamptz not null default clock_timestamp(),
    retry_until timestamptz not null,
    token       bigint,
    worker_id   bigint,
    last_error  text,
    ended_at    timestamptz,
    constraint alert_deliveries_pkey primary key (id),
    constraint alert_deliveries_event_is_known check
        (event in ('failure', 'success', 'runtime', 'stuck', 'test')),
    constraint alert_deliveries_state_is_known check
        (state in ('waiting', 'delivered', 'failed')),
    constraint alert_deliveries_ended_iff_not_waiting check
        ((state = 'waiting') = (ended_at is null)),
    constraint alert_deliveries_held_while_waiting check
        (worker_id is null or (state = 'waiting' and token is not null))
) with (fillfactor = 70);
create index alert_deliveries_waiting on ferry_state.alert_deliveries (alert_id, due_at)
    where state = 'waiting';
create index alert_deliveries_held on ferry_state.alert_deliveries (worker_id)
    where worker_id is not null;
create index alert_deliveries_newest on ferry_state.alert_deliveries (created_at desc, id);
create index alert_deliveries_ended on ferry_state.alert_deliveries (ended_at)
    where ended_at is not null;
create unique index alert_deliveries_tell_runtime_once
    on ferry_state.alert_deliveries (alert_id, run_id) where event = 'runtime';
