-- now: the clock that schedules go by: this database's, whatever the clocks of workers show.
create or replace function ferry_state.now()
returns timestamptz
language sql
return clock_timestamp();  -- tests set another
