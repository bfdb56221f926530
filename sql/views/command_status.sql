-- command_status: the status of each of your commands.
create or replace view ferry.command_status with (security_barrier) as
select id, command, environment, actor, state, error_code, message, hint, attempts, run_at,
       created_at, finished_at, login
  from ferry.commands;
