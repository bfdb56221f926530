-- ensure_event_partitions: create partitions before events are written, so that none ever lacks
-- one.
--
-- One query of the catalog, except once a month, when the next month has no partition yet.
create or replace function ferry_state.ensure_event_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('ferry_state.' || ferry_state.event_partition(
           (now() at time zone 'UTC' + interval '1 month')::date)) is null
       or to_regclass('ferry_state.' || ferry_state.event_partition(
           (now() at time zone 'UTC')::date)) is null
    then
        perform ferry_state.make_event_partitions();
    end if;
end;
$$;
