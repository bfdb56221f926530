-- worker_lock: the advisory lock space of workers; the second key is the worker's id.
create or replace function ferry_state.worker_lock()
returns integer
language sql
immutable
as $$ select 1181053561 $$;  -- 'Fery'
