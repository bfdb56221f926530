-- event_partition: the name of the table with the events of a month.
create or replace function ferry_state.event_partition(p_month date)
returns text
language sql
stable
return 'events_' || to_char(p_month, 'YYYY_MM');
