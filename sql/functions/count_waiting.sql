-- count_waiting: refuse a command if its sender already has too many waiting commands.
--
-- One command in 256 is recorded as a sample, at random and invisible to senders; a large command
-- counts as one for each 4 KiB. Therefore 256 times the number of samples is about the number of
-- waiting commands, at the cost of a short index scan. Called for samples; and for every command if
-- a role exceeded the limit within the last hour, because a refused sender would continue with
-- commands that are not samples. This is indicated by the lowest bit of awake_until, which each
-- INSERT reads in any case; every claim sets it again.
-- p_sampled: whether this command is a sample.
-- Raises: FY017.
create or replace function ferry_state.count_waiting(
    p_command bigint,
    p_actor   text,
    p_sampled boolean
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_max constant bigint := coalesce(
        (select value::bigint from ferry_state.settings where name = 'waiting_commands_max'),
        100000);
    v_now constant bigint := extract(epoch from clock_timestamp()) * 1000;
    v_waiting bigint;
begin
    select count(*) * 256 into v_waiting
      from (select from ferry_state.command_samples
             where actor = p_actor limit v_max / 256) as samples;
    -- Counts one more, even if this is not a sample: refused commands leave no samples.
    if v_waiting + 256 > v_max then
        perform setval('ferry_state.crowded_until', v_now + 3600000),
                setval('ferry_state.awake_until', last_value | 1)
           from ferry_state.awake_until;
        raise exception using errcode = 'FY017',
            message = format('about %s commands of %s are waiting to be applied; the limit is %s',
                             v_waiting, ferry_state.shown_text(p_actor), v_max),
            hint = 'wait until some are applied, or cancel some (ferry.cancellations); '
                || 'an administrator can change the setting waiting_commands_max';
    end if;
    if p_sampled then
        insert into ferry_state.command_samples (command_id, actor) values (p_command, p_actor);
    end if;
    if (select last_value from ferry_state.crowded_until) < v_now then
        perform setval('ferry_state.awake_until', last_value - 1)
           from ferry_state.awake_until where last_value & 1 = 1;
    end if;
end;
$$;
