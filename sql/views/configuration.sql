-- configuration: every object of the configuration with its definition, which refers to other
-- objects by name.
create or replace view ferry.configuration with (security_barrier) as
select environment, kind, destination, name, definition, object_id
  from ferry_state.object_definitions
 where ferry_state.is_visible(environment, (select ferry_state.visible_environments(current_user)));
