-- waiting_state: the state of an unfinished command, from what it waits for: null when it is on the
-- queue.
create or replace function ferry_state.waiting_state(p_waits_for text)
returns text
language sql
immutable
return case p_waits_for when 'time' then 'scheduled' when 'retry' then 'retrying'
            when 'command' then 'waiting' when 'fact' then 'checking' else 'queued' end;
