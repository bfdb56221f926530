-- commands: the job table. INSERT or COPY into it to send a command; it shows the commands that you
-- sent.
--
-- A view, so that all users can write to one table and each sees their own rows (COPY FROM does not
-- work on a table with row-level security). Members of ferry_viewer see all rows.
create or replace view ferry.commands with (security_barrier) as
select c.id,
       c.command,
       c.arguments,
       c.environment,
       c.priority::integer as priority,  -- any number is accepted here, and checked by the trigger
       c.run_at,
       c.idempotency_key,
       c.actor,
       c.created_at,
       coalesce(o.state,
                case when exists (select from ferry_state.command_cancellations
                                   where command_id = c.id) then 'canceling' end,
                ferry_state.waiting_state(w.waits_for)) as state,
       o.code as error_code,
       coalesce(o.message, w.last_error, 'waits for command ' || w.after_id) as message,
       o.hint,
       coalesce(o.attempts, w.attempts) as attempts,
       o.finished_at,
       coalesce(c.login, c.actor) as login
  from ferry_state.commands as c
  -- Looked up row by row, so that only the newest rows are read.
  left join lateral (
      select * from ferry_state.command_outcomes where command_id = c.id limit 1
  ) as o on true
  left join lateral (
      select * from ferry_state.command_waits where command_id = c.id limit 1
  ) as w on true
 where c.actor = current_user
    or pg_has_role('ferry_viewer', 'usage')
 order by c.id desc;

alter view ferry.commands alter column environment set default 'production';
