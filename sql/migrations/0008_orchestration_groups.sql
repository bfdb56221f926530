-- Orchestrations that run together: on a schedule, after another group, or only manually.
create table ferry_state.orchestration_groups (
    id          bigint        not null,
    environment text          not null,
    name        text          not null,
    key         text          not null,
    enabled     boolean       not null,
    schedule    text,
    time_zone   text,
    catch_up    text,
    after_id    bigint,
    next_times  timestamptz[] not null,  -- of the schedule, soonest first; set by workers
    next_at     timestamptz   generated always as (next_times[1]) stored,
    runs_as     text          not null,  -- the role as which it runs automatically
    created_by  text          not null,
    created_at  timestamptz   not null default now(),
    changed_at  timestamptz   not null default now(),
    constraint orchestration_groups_pkey primary key (id),
    constraint orchestration_groups_name_is_unique unique (environment, key),
    constraint orchestration_groups_after_exists foreign key (after_id)
        references ferry_state.orchestration_groups (id) deferrable,
    constraint orchestration_groups_have_one_trigger
        check (schedule is null or after_id is null),
    constraint orchestration_groups_schedule_is_complete check
        (num_nulls(schedule, time_zone, catch_up) in (0, 3)),
    constraint orchestration_groups_catch_up_is_known check (catch_up in ('one', 'none'))
);
create index orchestration_groups_after on ferry_state.orchestration_groups (after_id)
    where after_id is not null;
create index orchestration_groups_due on ferry_state.orchestration_groups (next_at nulls first)
    where enabled and schedule is not null;

create table ferry_state.orchestration_group_members (
    group_id         bigint  not null,
    position         integer not null,
    orchestration_id bigint  not null,
    constraint orchestration_group_members_pkey primary key (group_id, position),
    constraint orchestration_group_members_group_exists foreign key (group_id)
        references ferry_state.orchestration_groups (id) on delete cascade,
    constraint orchestration_group_members_orchestration_exists foreign key (orchestration_id)
        references ferry_state.orchestrations (id) deferrable,
    constraint orchestration_group_members_are_unique unique (group_id, orchestration_id)
);
create index orchestration_group_members_orchestration
    on ferry_state.orchestration_group_members (orchestration_id);

-- The causes of automatic runs of a group, each once, and the command that was sent for each.
create table ferry_state.group_firings (
    group_id   bigint not null,
    cause      text   not null,  -- a time of its schedule, or the group run after which it runs
    command_id bigint not null,
    constraint group_firings_pkey primary key (group_id, cause),
    constraint group_firings_send_a_command_each unique (command_id)
);

-- Runs of a group that one command started have that command's id. The group may be deleted before
-- them.
alter table ferry_state.runs
    add column group_run_id bigint,
    add column group_id bigint,
    add column group_name text,
    add constraint runs_of_a_group_are_complete
        check (num_nulls(group_run_id, group_id, group_name) in (0, 3));
create index runs_group_run on ferry_state.runs (group_run_id) where group_run_id is not null;
create index runs_group_unfinished on ferry_state.runs (group_id, id)
    where finished_at is null and group_id is not null;
create index runs_group on ferry_state.runs (group_id, group_run_id) where group_id is not null;
