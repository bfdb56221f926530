-- now: the clock for schedules: that of this database, regardless of the clocks of workers.
create or replace function ferry_state.now()
returns timestamptz
language sql
return clock_timestamp();  -- replaced in tests
