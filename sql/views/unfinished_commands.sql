-- unfinished_commands: the commands of ferry.commands that have not ended, at a cost that does not
-- depend on the number of ended commands.
create or replace view ferry.unfinished_commands with (security_barrier) as
select u.command_id as id,
       c.command, c.arguments, c.environment, c.priority, c.run_at, c.idempotency_key, c.actor,
       c.created_at, c.state, c.error_code, c.message, c.hint, c.attempts, c.finished_at,
       c.login
  from (
    select command_id from ferry_state.command_queue
    union all
    select command_id from ferry_state.command_waits
  ) as u
 cross join lateral (
    select * from ferry.commands where id = u.command_id limit 1
 ) as c
 order by u.command_id desc;
