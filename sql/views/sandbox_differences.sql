-- sandbox_differences: the differences between each sandbox, production, and their common base at
-- the last sync. Alerts are not included, because they belong to one environment only. Unfiltered:
-- for other views.
create or replace view ferry_state.sandbox_differences as
with base as (
    select s.id as sandbox_id, b.kind, coalesce(lower(b.destination), '') as destination_key,
           lower(b.name) as name_key, b.destination, b.name, b.definition
      from ferry_state.sandboxes as s
     cross join lateral jsonb_to_recordset(s.base) as b (
         kind text, destination text, name text, definition jsonb)
),
present as (
    select s.id as sandbox_id, d.environment, d.kind,
           coalesce(lower(d.destination), '') as destination_key, lower(d.name) as name_key,
           d.destination, d.name, d.definition
      from ferry_state.sandboxes as s
      join ferry_state.object_definitions as d
        on d.environment in ('production', s.name) and d.kind <> 'alert'
),
sides as (
    select sandbox_id, kind, destination_key, name_key,
           coalesce(o.destination, p.destination, b.destination) as destination,
           coalesce(o.name, p.name, b.name) as name,
           b.definition as base, p.definition as production, o.definition as sandbox
      from base as b
      full join (select * from present where environment = 'production') as p
           using (sandbox_id, kind, destination_key, name_key)
      full join (select * from present where environment <> 'production') as o
           using (sandbox_id, kind, destination_key, name_key)
)
select sandbox_id, kind, destination, name, base, production, sandbox,
       case when base is not distinct from sandbox then null
            when base is null then 'added'
            when sandbox is null then 'removed'
            else 'changed' end as change,
       case when base is not distinct from production then null
            when base is null then 'added'
            when production is null then 'removed'
            else 'changed' end as production_change,
       base is distinct from production and base is distinct from sandbox
           and production is distinct from sandbox as conflict
  from sides
 where base is distinct from production or base is distinct from sandbox;
