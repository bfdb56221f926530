-- databases: the registered source databases. The connection is a reference to a secret.
create or replace view ferry.databases with (security_barrier) as
select id, environment, name, connection, created_by, created_at
  from ferry_state.databases
 where ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)));
