-- keep_environment: create the environment of a sandbox before it, and delete it afterwards.
-- Nothing else creates or deletes environments.
create or replace function ferry_state.keep_environment()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'INSERT' then
        insert into ferry_state.environments (name) values (new.name) on conflict (name) do nothing;
        return new;
    end if;
    delete from ferry_state.environments where name = old.name;
    return null;
end;
$$;

create or replace trigger environment_is_made
    before insert on ferry_state.sandboxes
    for each row execute function ferry_state.keep_environment();
create or replace trigger environment_goes
    after delete on ferry_state.sandboxes
    for each row execute function ferry_state.keep_environment();
