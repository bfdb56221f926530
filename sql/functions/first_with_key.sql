-- first_with_key: the first command of an actor with an idempotency key, for a row that repeats the
-- key.
--
-- Raises: FY008 when the key was used for another command.
create or replace function ferry_state.first_with_key(p_new ferry.commands)
returns ferry.commands
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_same record;
begin
    select c.*, e.arguments_sha256 into strict v_same
      from ferry_state.commands as c
      left join ferry_state.emptied_commands as e on e.command_id = c.id
     where c.environment = p_new.environment and c.actor = p_new.actor
       and c.idempotency_key = p_new.idempotency_key;
    if v_same.command <> p_new.command
       or v_same.arguments <> p_new.arguments
          -- Its arguments were not kept: see empty_commands.
          and sha256(convert_to(p_new.arguments::text, 'UTF8'))
              is distinct from v_same.arguments_sha256
    then
        raise exception using errcode = 'FY008',
            message = format('idempotency key "%s" was used for another command (%s)',
                ferry_state.shown_text(p_new.idempotency_key), v_same.id),
            hint = 'use a new key, or resend the same command with the same arguments';
    end if;
    p_new.id := v_same.id;
    p_new.run_at := v_same.run_at;
    p_new.priority := v_same.priority;
    p_new.login := coalesce(v_same.login, v_same.actor);
    p_new.created_at := v_same.created_at;
    p_new.state := coalesce(
        (select state from ferry_state.command_outcomes where command_id = v_same.id),
        ferry_state.waiting_state((select waits_for from ferry_state.command_waits
                                    where command_id = v_same.id)));
    return p_new;
end;
$$;
