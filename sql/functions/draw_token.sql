-- draw_token: a token that bounds those of an attempt: greater than all earlier tokens, less than
-- all later ones.
create or replace function ferry_state.draw_token()
returns bigint
language sql
return nextval('ferry_state.tokens');
