-- A sandbox is also an environment with the same name.
create table ferry_state.sandboxes (
    id          bigint      not null,
    name        text        not null,
    key         text        not null,
    description text        not null,
    base        jsonb       not null,  -- production at the last sync: [{"kind", "name", "definition", …}]
    synced_at   timestamptz not null default now(),
    created_by  text        not null,
    created_at  timestamptz not null default now(),
    constraint sandboxes_pkey primary key (id),
    constraint sandboxes_name_is_unique unique (key),
    constraint sandboxes_are_not_production check (name <> 'production'),
    constraint sandboxes_environment_exists foreign key (name)
        references ferry_state.environments (name)
);

-- When the next check of each sandbox is due.
create table ferry_state.sandbox_checks (
    sandbox_id bigint      not null,
    due_at     timestamptz not null,
    checked_at timestamptz,
    constraint sandbox_checks_pkey primary key (sandbox_id),
    constraint sandbox_checks_sandbox_exists foreign key (sandbox_id)
        references ferry_state.sandboxes (id) on delete cascade
);

-- The problems that the last check found.
create table ferry_state.sandbox_problems (
    sandbox_id  bigint      not null,
    severity    text        not null,
    object_kind text        not null,
    object_name text        not null,
    message     text        not null,
    since       timestamptz not null default now(),
    constraint sandbox_problems_sandbox_exists foreign key (sandbox_id)
        references ferry_state.sandboxes (id) on delete cascade,
    constraint sandbox_problems_severity_is_known check (severity in ('error', 'warning'))
);
create index sandbox_problems_sandbox on ferry_state.sandbox_problems (sandbox_id);

-- The settings that administrators changed from their defaults.
create table ferry_state.settings (
    name       text        not null,
    value      text        not null,
    changed_by text        not null,
    changed_at timestamptz not null default now(),
    constraint settings_pkey primary key (name)
);
