-- draw_token: a token that bounds those of an attempt: above all drawn before, below all later.
create or replace function ferry_state.draw_token()
returns bigint
language sql
return nextval('ferry_state.tokens');
