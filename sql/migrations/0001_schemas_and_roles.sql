do $$
begin
    if getdatabaseencoding() <> 'UTF8' then
        raise exception using errcode = 'feature_not_supported',
            message = format('database "%s" has encoding %s', current_database(), getdatabaseencoding()),
            hint = 'use a database with encoding UTF8: create database NAME encoding ''UTF8'' template template0';
    end if;
end;
$$;

-- ferry: the interface for users. ferry_state: the tables and functions behind it, for workers
--   only.
create schema ferry;

-- Roles belong to the whole cluster, so another database of it may already have created them.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['ferry_client', 'ferry_viewer', 'ferry_worker'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
            begin
                execute format('create role %I nologin', v_role);
            exception
                when duplicate_object or unique_violation then null;
                when insufficient_privilege then
                    raise exception using errcode = 'insufficient_privilege',
                        message = format('role "%s" does not exist and %s cannot create it',
                                         v_role, current_user),
                        hint = format('run as a superuser: create role %I nologin;', v_role);
            end;
        end if;
    end loop;
end;
$$;

create table ferry_state.environments (
    name text not null,
    constraint environments_pkey primary key (name)
);
insert into ferry_state.environments (name) values ('production');

-- Rows that are only ever locked: operations that only one transaction at a time can perform, by
-- purpose. Clients cannot reach them, while any role that can connect can take any advisory lock. A
-- purpose with several slots is for many objects, each of which uses one of them.
create table ferry_state.locks (
    purpose text    not null,
    slot    integer not null,
    constraint locks_pkey primary key (purpose, slot)
);
insert into ferry_state.locks (purpose, slot)
select purpose, slot
  from (values ('migration', 1), ('configuration', 16), ('event partitions', 1), ('epoch', 1), ('pruning', 1),
               ('group run', 64))
       as p (purpose, slots)
 cross join generate_series(0, slots - 1) as slot;
