-- settings: the settings that administrators can change with change_setting, and their current
-- values.
create or replace view ferry.settings with (security_barrier) as
select d.name, coalesce(s.value, d.value) as value, d.description, s.changed_by, s.changed_at
  from (values
    ('production_changes', 'any',
     'whether data exports of production can be changed in production (any) or by promotion only'),
    ('retention', 'off',
     'how many days ended records are kept, for example 400d; workers remove older ones once a day'),
    ('waiting_commands_max', '100000',
     'approximate limit of waiting commands of one role, at least 10000')
  ) as d (name, value, description)
  left join ferry_state.settings as s on s.name = d.name
 where (select ferry_state.visible_environments(current_user)) <> '{}';
