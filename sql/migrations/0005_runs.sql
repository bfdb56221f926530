-- Each claim of a run or a task draws one: global and ever-increasing, never reused.
create sequence ferry_state.tokens;

create table ferry_state.workers (
    id          bigint      not null generated always as identity,
    name        text        not null,
    host        text        not null,
    process_id  integer     not null,
    version     text        not null,
    concurrency integer     not null,
    started_at  timestamptz not null default now(),
    ended_at    timestamptz,  -- when it deregistered or was found lost
    constraint workers_pkey primary key (id)
);

-- The names of a worker's credentials when it started: never their values.
create table ferry_state.worker_credentials (
    worker_id   bigint not null,
    name        text   not null,
    kind        text   not null,
    is_verified boolean,  -- whether it is sent with verified TLS, or not over a network; null: never sent
    constraint worker_credentials_pkey primary key (worker_id, name),
    constraint worker_credentials_worker_exists foreign key (worker_id)
        references ferry_state.workers (id) on delete cascade
);

-- Deleted when the worker deregisters or is found lost.
create table ferry_state.worker_leases (
    worker_id     bigint      not null,
    leased_until  timestamptz not null,
    heartbeat_at  timestamptz not null,
    -- The session whose existence shows that the process is alive. After SET ROLE its start is
    -- unknown.
    backend_pid   integer     not null,
    backend_start timestamptz,
    backend_role  oid         not null,
    constraint worker_leases_pkey primary key (worker_id),
    constraint worker_leases_worker_exists foreign key (worker_id)
        references ferry_state.workers (id)
) with (fillfactor = 50);

create table ferry_state.runs (
    id                  bigint      not null,
    environment         text        not null,
    orchestration_id    bigint      not null,
    orchestration_name  text        not null,
    data_export_id      bigint      not null,
    data_export_name    text        not null,
    data_export_key     text        not null generated always as (lower(data_export_name)) stored,
    data_export_version integer     not null,
    database_id         bigint      not null,
    destination_id      bigint      not null,
    destination_name    text        not null,
    inputs              jsonb       not null,
    created_by          text        not null,
    created_at          timestamptz not null default now(),
    state               text        not null,
    attempts            integer     not null default 0,
    token               bigint,
    worker_id           bigint,
    snapshot_id         text,
    snapshot_at         timestamptz,
    started_at          timestamptz,
    publishing_at       timestamptz,  -- since when it only rolls forward
    stuck_at            timestamptz,  -- since when it cannot finish publishing
    finished_at         timestamptz,
    retry_at            timestamptz,
    error_code          text,
    error_origin        text,
    error_message       text,
    error_hint          text,
    warnings            jsonb,  -- those of its manifest
    bytes               bigint, -- of the files as delivered, by its manifest
    -- Sums of its tasks, recorded when it ends: see note_run_sums.
    tables              bigint,
    tables_done         bigint,
    rows                bigint,
    task_bytes          bigint,
    rows_expected       bigint,
    resolves            bigint, -- the failed run that this one was started to resolve
    resolution          text,
    -- The limits with which it was started: its own, and those of all runs to its destination.
    tasks_max           integer generated always as
        ((inputs #>> '{data_template,settings,limits,tasks}')::integer) stored,
    bytes_per_second    bigint generated always as
        ((inputs #>> '{data_template,settings,limits,bytes_per_second}')::bigint) stored,
    destination_tasks_max integer generated always as
        ((inputs #>> '{destination,settings,limits,tasks}')::integer) stored,
    destination_bytes_per_second bigint generated always as
        ((inputs #>> '{destination,settings,limits,bytes_per_second}')::bigint) stored,
    constraint runs_pkey primary key (id),
    constraint runs_state_is_known check (state in
        ('queued', 'running', 'publishing', 'succeeded', 'failed', 'stopping', 'stopped')),
    constraint runs_finished_iff_terminal check
        ((state in ('succeeded', 'failed', 'stopped')) = (finished_at is not null)),
    constraint runs_say_where_the_fault_lies check
        ((error_code is null) = (error_origin is null)
         and error_origin in ('configuration', 'destination', 'source', 'internal')),
    constraint runs_have_sums_iff_finished check
        (num_nulls(tables, tables_done, rows, task_bytes, rows_expected)
         = case when finished_at is null then 5 else 0 end),
    constraint runs_resolve_by_a_resolution check ((resolves is null) = (resolution is null)),
    constraint runs_resolution_is_known
        check (resolution in ('retry', 'restart', 'skip_task')),
    constraint runs_get_stuck_publishing check (stuck_at is null or publishing_at is not null),
    constraint runs_claimed_by_token check (worker_id is null or token is not null)
) with (fillfactor = 70);
-- A stuck run does not block others.
create unique index runs_one_at_a_time_per_orchestration on ferry_state.runs (orchestration_id)
    where state in ('running', 'publishing', 'stopping') and stuck_at is null;
create index runs_unfinished on ferry_state.runs (id) where finished_at is null;
create index runs_resolves on ferry_state.runs (resolves) where resolves is not null;
create index runs_data_export on ferry_state.runs (data_export_id, id);
create index runs_data_export_key on ferry_state.runs (data_export_key, id);
create index runs_orchestration on ferry_state.runs (orchestration_id, id);
create index runs_failed on ferry_state.runs (id) where state = 'failed';

-- One or more reads of one worker on one connection. It has the number of the first of them.
-- Belongs to one attempt of the run: run_token.
create table ferry_state.run_tasks (
    run_id          bigint  not null,
    number          integer not null,
    run_token       bigint  not null,
    rows_estimated  bigint  not null,
    state           text    not null default 'available',
    token           bigint,
    worker_id       bigint,
    rows            bigint,
    bytes           bigint,
    archive         jsonb,  -- {"name", "rows", "bytes", "sha256", "pgp_key"?}: contains all files
    started_at      timestamptz,
    finished_at     timestamptz,
    error_read      integer,  -- the number of the failed read; null for the whole task
    error_code      text,
    error_origin    text,
    error_message   text,
    error_hint      text,
    error_transient boolean,
    constraint run_tasks_pkey primary key (run_id, number),
    constraint run_tasks_run_exists foreign key (run_id) references ferry_state.runs (id),
    constraint run_tasks_state_is_known
        check (state in ('available', 'running', 'done', 'failed')),
    constraint run_tasks_say_where_the_fault_lies check
        ((error_code is null) = (error_origin is null)
         and error_origin in ('configuration', 'destination', 'source', 'internal')),
    constraint run_tasks_done_iff_counted check ((state = 'done') = (rows is not null))
) with (fillfactor = 70);
create index run_tasks_running on ferry_state.run_tasks (worker_id) where state = 'running';
create index run_tasks_unfinished
    on ferry_state.run_tasks (run_id, state, rows_estimated desc, number) where state <> 'done';

-- These rows are locked and never updated: the holder of a slot counts the running tasks of its
-- destinations.
create table ferry_state.destination_slots (
    slot integer not null,
    constraint destination_slots_pkey primary key (slot)
);
insert into ferry_state.destination_slots (slot) select generate_series(0, 1023);

-- One table of a run, or one of several parts of it. Numbered within the run, in the order in which
-- files are published; the reads of a task are executed in that order.
create table ferry_state.run_reads (
    run_id         bigint  not null,
    number         integer not null,
    task           integer not null,
    table_schema   text    not null,
    table_name     text    not null,
    part           integer not null,
    parts          integer not null,
    file           text    not null,
    source         text    not null,
    columns        jsonb   not null,
    rows_estimated bigint  not null,
    rows           bigint,
    bytes          bigint,
    files          jsonb,  -- [{"name", "rows", "bytes", "sha256", "pgp_key"?, "hazards"?}], in order
    constraint run_reads_pkey primary key (run_id, number),
    constraint run_reads_task_exists foreign key (run_id, task)
        references ferry_state.run_tasks (run_id, number) on delete cascade
);
create index run_reads_task on ferry_state.run_reads (run_id, task, number);

-- The intent to publish: from here on the run only rolls forward, with exactly these bytes.
create table ferry_state.run_manifests (
    run_id    bigint not null,
    token     bigint not null,
    manifest  text   not null,
    sha256    text   not null,
    constraint run_manifests_pkey primary key (run_id),
    constraint run_manifests_run_exists foreign key (run_id) references ferry_state.runs (id)
);

-- The progress of each running task, by read. Inserted, never updated; only the newest row of a
-- read counts, and all are deleted when the task ends. Logged, so that a hot standby can show runs.
create table ferry_state.task_progress (
    id     bigint      not null generated always as identity,
    run_id bigint      not null,
    number integer     not null,
    token  bigint      not null,
    read   integer     not null,
    rows   bigint      not null,
    bytes  bigint      not null,
    done   boolean     not null,  -- whether all of the read is staged
    at     timestamptz not null default clock_timestamp()
);
create index task_progress_newest on ferry_state.task_progress (run_id, number, read, id desc);

-- Plans of runs, created by commands. They contain values of the source's rows, so only the sender
-- can see them, and they are deleted after a day.
create table ferry_state.run_plans (
    id            bigint      not null,
    environment   text        not null,
    orchestration text        not null,
    version       integer     not null,
    plan          jsonb       not null,
    created_by    text        not null,
    created_at    timestamptz not null default now(),
    constraint run_plans_pkey primary key (id)
);
create index run_plans_age on ferry_state.run_plans (created_at);
