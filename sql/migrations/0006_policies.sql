-- The policies that are granted or denied to database roles; environment null: all environments.
create table ferry_state.policy_assignments (
    id          bigint      not null,
    role        text        not null,
    policy      text        not null,
    environment text,
    denial      boolean     not null,
    options     jsonb       not null,
    created_by  text        not null,
    created_at  timestamptz not null default now(),
    constraint policy_assignments_pkey primary key (id),
    constraint policy_assignments_are_unique
        unique nulls not distinct (role, policy, environment),
    constraint policy_assignments_policy_is_known check (policy in
        ('datagrid_administrator', 'datagrid_operator', 'amp360_user'))
);

-- The role that first migrates a database is its first administrator, without a command.
insert into ferry_state.policy_assignments
       (id, role, policy, environment, denial, options, created_by)
values (0, current_user, 'datagrid_administrator', null, false,
        '["allow_sandbox_administration"]', current_user);
