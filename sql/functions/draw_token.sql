-- draw_token: a token that bounds those of an attempt: above all drawn so far, below all later ones.
create or replace function ferry_state.draw_token()
returns bigint
language sql
as $$ select nextval('ferry_state.tokens') $$;
