-- take_lock: lock an operation that only one transaction at a time can perform, until this
-- transaction ends.
--
-- p_key: the object, if the purpose has several slots; two objects can share a slot.
-- Returns false only if p_wait is false and another transaction holds the lock.
create or replace function ferry_state.take_lock(
    p_purpose text,
    p_key     bigint default 0,
    p_wait    boolean default true
)
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_slots constant integer := (select count(*) from ferry_state.locks where purpose = p_purpose);
begin
    if v_slots = 0 then
        raise exception 'unknown lock "%"', p_purpose;
    end if;
    if p_wait then
        perform from ferry_state.locks
          where purpose = p_purpose and slot = abs(p_key % v_slots) for update;
    else
        perform from ferry_state.locks
          where purpose = p_purpose and slot = abs(p_key % v_slots) for update skip locked;
    end if;
    return found;
end;
$$;
