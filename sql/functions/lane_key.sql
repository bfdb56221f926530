-- lane_key: what is the same for all spellings of a name that are one name to Ferry.
--
-- Names are one if they are equal without regard to case, to how accents are composed, and to
-- white space around them. Only the lifecycle core knows the rules for every letter; so here all
-- but ASCII goes, after letters were taken apart from their accents. Different names may come to
-- one key: then they share a lane, and wait for each other.
--
-- Immutable parts only, so that it is planned as part of what calls it.
create or replace function ferry_state.lane_key(p_name text)
returns text
language sql
immutable
parallel safe
return btrim(lower(
    case when p_name !~ '[^ -~]' then p_name
         else regexp_replace(normalize(p_name, NFKD), '[^ -~]', '', 'g') end collate "C"));
