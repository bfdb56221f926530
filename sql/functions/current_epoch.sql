-- current_epoch: the number of the current epoch; null when the next one has not begun yet.
create or replace function ferry_state.current_epoch()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select p.epoch
      from ferry_state.present_epoch as p
     where p.system_identifier = (select s.system_identifier from pg_control_system() as s)
       and p.database_id = (select oid from pg_database where datname = current_database())
       and p.table_id = p.tableoid
$$;
