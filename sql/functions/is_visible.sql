-- is_visible: whether an environment is among the visible ones.
create or replace function ferry_state.is_visible(p_environment text, p_visible text[])
returns boolean
language sql
immutable
return p_visible @> array['*'] or p_environment = any (p_visible);
