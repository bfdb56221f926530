-- databases: the registered source databases. The credential is the name of one on the workers.
-- source_role is the role as which workers last read it, and excessive_rights the rights of that
-- role beyond reading, superuser for all; null until a worker has read it.
create or replace view ferry.databases with (security_barrier) as
select d.id, d.environment, d.name, d.credential, d.created_by, d.created_at,
       r.role as source_role, r.excessive_rights
  from ferry_state.databases as d
  left join ferry_state.source_roles as r on r.credential = d.credential
 where ferry_state.is_visible(d.environment, (select ferry_state.visible_environments(current_user)));
