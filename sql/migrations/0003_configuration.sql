-- A command's environment was checked when it was accepted. Names are unique per environment
-- regardless of case: key is the form in which Ferry compares them.
create table ferry_state.databases (
    id          bigint      not null,
    environment text        not null,
    name        text        not null,
    key         text        not null,
    credential  text        not null,  -- its name
    created_by  text        not null,
    created_at  timestamptz not null default now(),
    constraint databases_pkey primary key (id),
    constraint databases_name_is_unique unique (environment, key),
    constraint databases_credential_is_a_name check (credential ~ '^[a-z0-9][a-z0-9_.-]{0,62}$')
);

-- The roles as which databases are read, by credential, as last seen by workers.
create table ferry_state.source_roles (
    credential       text   not null,
    role             text   not null,
    excessive_rights text[] not null,  -- superuser, pg_read_server_files …; empty when it only reads
    constraint source_roles_pkey primary key (credential)
);

create table ferry_state.data_exports (
    id             bigint      not null,
    environment    text        not null,
    name           text        not null,
    key            text        not null,
    version_count  integer     not null,
    active_version integer,
    draft          jsonb,
    created_by     text        not null,
    created_at     timestamptz not null default now(),
    changed_at     timestamptz not null default now(),
    constraint data_exports_pkey primary key (id),
    constraint data_exports_name_is_unique unique (environment, key),
    constraint data_exports_are_active_or_draft
        check (active_version is not null or draft is not null)
);

-- Every version that was ever active, kept after its export is deleted: see prune_versions.
create table ferry_state.data_export_versions (
    data_export_id bigint      not null,
    number         integer     not null,
    environment    text        not null,
    name           text        not null,
    database_id    bigint      not null,
    tables         jsonb       not null,
    table_settings jsonb       not null,  -- {"public.orders": {"columns": [], "filter": "", …}}
    activated_by   text        not null,
    command_id     bigint      not null,
    activated_at   timestamptz not null default now(),
    constraint data_export_versions_pkey primary key (data_export_id, number)
);
create index data_export_versions_database on ferry_state.data_export_versions (database_id);
create index data_export_versions_age on ferry_state.data_export_versions (activated_at);

create table ferry_state.destinations (
    id                  bigint      not null,
    environment         text        not null,
    name                text        not null,
    key                 text        not null,
    kind                text        not null,
    settings            jsonb       not null,
    administrators_only boolean     not null,
    created_by          text        not null,
    created_at          timestamptz not null default now(),
    constraint destinations_pkey primary key (id),
    constraint destinations_name_is_unique unique (environment, key)
);

create table ferry_state.data_templates (
    id             bigint      not null,
    environment    text        not null,
    destination_id bigint      not null,
    name           text        not null,
    key            text        not null,
    settings       jsonb       not null,
    created_by     text        not null,
    created_at     timestamptz not null default now(),
    constraint data_templates_pkey primary key (id),
    constraint data_templates_name_is_unique unique (destination_id, key),
    constraint data_templates_destination_exists foreign key (destination_id)
        references ferry_state.destinations (id)
);

create table ferry_state.orchestrations (
    id               bigint      not null,
    environment      text        not null,
    name             text        not null,
    key              text        not null,
    data_export_id   bigint      not null,
    destination_id   bigint      not null,
    data_template_id bigint      not null,
    created_by       text        not null,
    created_at       timestamptz not null default now(),
    constraint orchestrations_pkey primary key (id),
    constraint orchestrations_name_is_unique unique (environment, key),
    -- Deferred, because objects can be changed and removed together: see save_changes.
    constraint orchestrations_data_export_exists foreign key (data_export_id)
        references ferry_state.data_exports (id) deferrable,
    constraint orchestrations_destination_exists foreign key (destination_id)
        references ferry_state.destinations (id) deferrable,
    constraint orchestrations_data_template_exists foreign key (data_template_id)
        references ferry_state.data_templates (id) deferrable
);
create index orchestrations_data_export on ferry_state.orchestrations (data_export_id);
create index orchestrations_destination on ferry_state.orchestrations (destination_id);
create index orchestrations_data_template on ferry_state.orchestrations (data_template_id);

-- The definition of each other object after each command that created, edited or deleted it; for
-- data exports only their deletion. Only inserted and pruned: see prune_versions.
create table ferry_state.object_versions (
    kind        text        not null,
    object_id   bigint      not null,
    number      integer     not null,
    environment text,                  -- null: a policy in all environments
    name        text        not null,
    destination text,                  -- of a data template
    definition  jsonb,                 -- null: deleted
    actor       text        not null,
    command_id  bigint      not null,
    at          timestamptz not null default now(),
    constraint object_versions_pkey primary key (kind, object_id, number)
);
create index object_versions_age on ferry_state.object_versions (at);

-- The apply of a configuration file that is in progress in an environment, and its session. It ends
-- with its lease or its session: see take_applying.
create table ferry_state.applying (
    environment   text        not null,
    token         uuid        not null,  -- known only to that apply
    actor         text        not null,
    login         text,                  -- the role that had logged in; null: the actor
    backend_pid   integer     not null,
    backend_start timestamptz,           -- null: hidden from the owner of the schema
    backend_role  oid         not null,
    since         timestamptz not null default now(),
    leased_until  timestamptz not null,
    constraint applying_pkey primary key (environment)
);
