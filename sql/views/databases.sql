-- databases: the registered source databases. The credential is one of the workers, by its name.
create or replace view ferry.databases with (security_barrier) as
select id, environment, name, credential, created_by, created_at
  from ferry_state.databases
 where ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)));
