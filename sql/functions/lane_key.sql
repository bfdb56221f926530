-- lane_key: a key that is the same for all spellings of a name that Ferry considers equal.
--
-- Names are equal regardless of case, of how accents are composed, and of surrounding white space.
-- Only the lifecycle core knows the rules for every letter; therefore all non-ASCII characters are
-- removed here, after letters are decomposed from their accents. Different names can have the same
-- key: then they share a lane, and wait for each other.
--
-- Only immutable parts, so that it is inlined into the calling query.
create or replace function ferry_state.lane_key(p_name text)
returns text
language sql
immutable
parallel safe
return btrim(lower(
    case when p_name !~ '[^ -~]' then p_name
         else regexp_replace(normalize(p_name, NFKD), '[^ -~]', '', 'g') end collate "C"));
