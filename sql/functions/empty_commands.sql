-- empty_commands: remove the arguments of commands that ended without being applied and whose
-- senders have no policy, so that users without rights cannot fill the record.
--
-- Called in the transaction in which the commands end. Runs as the owner of the schema, because
-- workers have no right to change the record; therefore it checks its arguments itself. It does not
-- change commands that ended earlier, or that an orchestration group sent. Neither the actor nor
-- the login may have a policy; a denial is not a policy.
create or replace function ferry_state.empty_commands(p_commands bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- Statistics of a queue are always stale; these scans must follow their indexes.
set enable_seqscan = off
set jit = off
as $$
declare
    v_emptied bigint[];
begin
    with ended as materialized (
        select c.id, c.actor, coalesce(c.login, c.actor) as login
          from ferry_state.command_outcomes as o
          join ferry_state.commands as c on c.id = o.command_id
         where o.command_id = any (p_commands)
           and o.state <> 'applied' and o.finished_at >= now()
           and not exists (select from ferry_state.group_firings where command_id = c.id)
    ),
    holders as materialized (
        select held ->> 'role' as role
          from json_array_elements(ferry_state.policies_of(array(
                   select actor from ended union select login from ended))) as held
         where exists (select from json_array_elements(held -> 'policies') as p
                        where not (p ->> 'denial')::boolean)
    ),
    emptied as (
        insert into ferry_state.emptied_commands (command_id, arguments_sha256)
        select c.id, case when c.idempotency_key is not null
                          then sha256(convert_to(c.arguments::text, 'UTF8')) end
          from ended as e
          join ferry_state.commands as c on c.id = e.id
         where not exists (select from holders where role in (e.actor, e.login))
        on conflict do nothing
        returning command_id
    )
    select array_agg(command_id) into v_emptied from emptied;
    -- A separate statement: refuse_change allows changes of commands in emptied_commands.
    update ferry_state.commands set arguments = '{"dropped": "no policy"}'
     where id = any (v_emptied);
end;
$$;
