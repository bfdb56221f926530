-- One row: the automatic daily prune by workers, and the transaction that prunes.
create table ferry_state.retention (
    is_only boolean     not null default true,
    due_at  timestamptz not null default now(),  -- when the next prune starts
    kind    text,         -- the kind that the current prune removes; null: no prune is running
    after   bigint,       -- the last position that was checked, see prune_batch
    until   timestamptz,  -- older records are removed
    xact    xid8,         -- the last transaction that removed anything: see refuse_change
    constraint retention_pkey primary key (is_only),
    constraint retention_has_one_row check (is_only),
    constraint retention_has_begun_or_not check (num_nulls(kind, after, until) in (0, 3))
);
insert into ferry_state.retention (is_only) values (true);

-- The numbers of pruned records: a row for each day, kind and role.
create table ferry_state.prunings (
    day       date        not null,  -- by UTC
    kind      text        not null,
    pruned_by text        not null default session_user,
    until     timestamptz not null,
    removed   bigint      not null,
    constraint prunings_pkey primary key (day, kind, pruned_by)
);
