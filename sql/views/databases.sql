-- databases: the registered source databases. The connection is a reference to a secret.
create or replace view ferry.databases as
select id, environment, name, connection, created_by, created_at
  from ferry_state.databases;
