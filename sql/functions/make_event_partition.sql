-- make_event_partition: create a partition for the events of one month, by UTC.
--
-- Created as a separate table and then attached, which blocks neither readers nor writers. Only the
-- owner has rights on it: all others use the partitioned table.
create or replace function ferry_state.make_event_partition(p_month date)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name constant text := ferry_state.event_partition(p_month);
begin
    if to_regclass(format('ferry_state.%I', v_name)) is not null then
        return;
    end if;
    execute format(
        'create table ferry_state.%I (like ferry_state.events including all excluding identity)',
        v_name);
    execute format(
        'alter table ferry_state.events attach partition ferry_state.%I for values from (%L) to (%L)',
        v_name, p_month || ' 00:00+00', (p_month + interval '1 month')::date || ' 00:00+00');
end;
$$;
