-- delete_objects: delete the objects that commands of a batch deleted, dependents first.
--
-- p_ids: {"data_exports": [1, 2], …}
create or replace function ferry_state.delete_objects(p_ids json)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_ids ->> 'alerts' <> '[]' then
        with gone as (
            delete from ferry_state.alerts
             where id in (select value::bigint from json_array_elements_text(p_ids -> 'alerts'))
            returning id
        )
        update ferry_state.alert_deliveries as d
           set state = 'failed', worker_id = null, ended_at = clock_timestamp(),
               last_error = 'the alert was deleted'
          from gone
         where d.alert_id = gone.id and d.state = 'waiting';
    end if;
    delete from ferry_state.orchestration_groups
     where id in (select value::bigint
                    from json_array_elements_text(p_ids -> 'orchestration_groups'));
    delete from ferry_state.orchestrations
     where id in (select value::bigint from json_array_elements_text(p_ids -> 'orchestrations'));
    delete from ferry_state.data_templates
     where id in (select value::bigint from json_array_elements_text(p_ids -> 'data_templates'));
    delete from ferry_state.destinations
     where id in (select value::bigint from json_array_elements_text(p_ids -> 'destinations'));
    delete from ferry_state.data_exports
     where id in (select value::bigint from json_array_elements_text(p_ids -> 'data_exports'));
    delete from ferry_state.databases
     where id in (select value::bigint from json_array_elements_text(p_ids -> 'databases'));
end;
$$;
