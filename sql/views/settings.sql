-- settings: what administrators can change by change_setting, and what it is now.
create or replace view ferry.settings with (security_barrier) as
select d.name, coalesce(s.value, d.value) as value, d.description, s.changed_by, s.changed_at
  from (values
    ('production_changes', 'any',
     'whether data exports of production can be configured there (any) or by promotion only'),
    ('retention', 'off',
     'for how many days what ended is kept, for example 400d; workers remove the rest once a day'),
    ('waiting_commands_max', '100000',
     'about how many commands of one role may wait to be applied, from 10000 on')
  ) as d (name, value, description)
  left join ferry_state.settings as s on s.name = d.name
 where (select ferry_state.visible_environments(current_user)) <> '{}';
