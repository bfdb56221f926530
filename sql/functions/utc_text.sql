-- utc_text: a time in the format for external JSON: 2026-01-31T12:03:44.500000Z.
create or replace function ferry_state.utc_text(p_at timestamptz)
returns text
language sql
stable
return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
