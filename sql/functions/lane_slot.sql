-- lane_slot: the row of lane_slots that a worker locks to apply the commands of a lane.
create or replace function ferry_state.lane_slot(p_lane bigint)
returns integer
language sql
immutable
parallel safe
return (p_lane & 8191)::integer;
