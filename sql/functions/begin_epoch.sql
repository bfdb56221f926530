-- begin_epoch: begin the epoch of a new history, unless another transaction just has; p_anyway:
-- even if the current one seems to continue.
--
-- Corrects data with transaction ids or tokens: otherwise waiting commands of a restored dump could
-- be ahead of all new ones, and a worker of the lost history could hold a token that another worker
-- gets in the new one.
-- Locks: "epoch", until the transaction ends.
create or replace function ferry_state.begin_epoch(p_anyway boolean default false)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_number integer;
begin
    perform ferry_state.take_lock('epoch');
    v_number := ferry_state.current_epoch();
    if v_number is not null and not p_anyway then
        return v_number;
    end if;
    v_number := coalesce(max(number), 0) + 1 from ferry_state.epochs;
    if v_number > 1 then
        -- Far more than a lost history can have drawn.
        perform setval('ferry_state.tokens', nextval('ferry_state.tokens') + 1000000);
    end if;
    update ferry_state.command_queue set xact = pg_current_xact_id()
     where xact >= pg_snapshot_xmax(pg_current_snapshot());
    insert into ferry_state.epochs (number, first_id, first_xact)
    values (v_number,
            coalesce(pg_sequence_last_value(
                pg_get_serial_sequence('ferry_state.events', 'id')::regclass), 0) + 1,
            pg_snapshot_xmin(pg_current_snapshot()));
    delete from ferry_state.present_epoch;
    insert into ferry_state.present_epoch (epoch, system_identifier, database_id, table_id)
    select v_number, s.system_identifier, d.oid, 'ferry_state.present_epoch'::regclass
      from pg_control_system() as s
      join pg_database as d on d.datname = current_database();
    return v_number;
end;
$$;
