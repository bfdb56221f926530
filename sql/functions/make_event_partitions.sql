-- make_event_partitions: create partitions for the events of this month and of the next three.
--
-- Runs as the owner, because workers cannot create objects.
-- Locks: waits for another session that is creating them only if there is none for this month.
create or replace function ferry_state.make_event_partitions()
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_this constant date := date_trunc('month', now() at time zone 'UTC');
begin
    if to_regclass('ferry_state.' || ferry_state.event_partition(v_this)) is null then
        perform ferry_state.take_lock('event partitions');
    elsif not ferry_state.take_lock('event partitions', p_wait => false) then
        return;
    end if;
    for v_month in 0 .. 3 loop
        perform ferry_state.make_event_partition((v_this + make_interval(months => v_month))::date);
    end loop;
end;
$$;
