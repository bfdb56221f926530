-- save_sandbox_problems: record the problems that a check of a sandbox found, with an event if they
-- have changed.
--
-- p_problems: [{"severity", "object_kind", "object_name", "message"}]
create or replace function ferry_state.save_sandbox_problems(p_sandbox bigint, p_problems jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    v_name  text;
    v_new   integer;
    v_gone  integer;
begin
    -- One check after the other; none if the sandbox was deleted meanwhile.
    select s.name into v_name
      from ferry_state.sandbox_checks as c join ferry_state.sandboxes as s on s.id = c.sandbox_id
     where c.sandbox_id = p_sandbox
       for update of c;
    if not found then
        return;
    end if;
    update ferry_state.sandbox_checks set checked_at = clock_timestamp() where sandbox_id = p_sandbox;

    with found as (
        select * from jsonb_to_recordset(p_problems) as p (
            severity text, object_kind text, object_name text, message text)
    )
    delete from ferry_state.sandbox_problems as p
     where p.sandbox_id = p_sandbox
       and not exists (select from found as f
                        where (f.severity, f.object_kind, f.object_name, f.message)
                              = (p.severity, p.object_kind, p.object_name, p.message));
    get diagnostics v_gone = row_count;
    insert into ferry_state.sandbox_problems
           (sandbox_id, severity, object_kind, object_name, message)
    select distinct p_sandbox, f.severity, f.object_kind, f.object_name, f.message
      from jsonb_to_recordset(p_problems) as f (
          severity text, object_kind text, object_name text, message text)
     where not exists (select from ferry_state.sandbox_problems as p
                        where p.sandbox_id = p_sandbox
                          and (f.severity, f.object_kind, f.object_name, f.message)
                              = (p.severity, p.object_kind, p.object_name, p.message));
    get diagnostics v_new = row_count;
    if v_gone + v_new > 0 then
        perform ferry_state.record_event(
            'production', 'sandbox_checked', 'sandbox', p_sandbox, v_name, null,
            (select jsonb_build_object(
                        'errors', count(*) filter (where severity = 'error'),
                        'warnings', count(*) filter (where severity = 'warning'),
                        'messages', coalesce(jsonb_agg(message order by severity, message), '[]'))
               from (select * from ferry_state.sandbox_problems
                      where sandbox_id = p_sandbox
                      order by severity, message limit 20) as shown));
    end if;
end;
$$;
