import Formats
import Foundation
public import Lifecycle
public import Postgres

extension SourceDatabase {
    /// Every table of the database, and whether this connection's role may read it.
    ///
    /// Ordinary and partitioned tables; not partitions, which belong to their table, unless they
    /// are asked for; not those of PostgreSQL itself.
    public static func tables(
        _ connection: Connection, partitions: Bool
    ) async throws -> [TableName: Bool] {
        let rows = try await connection.query(
            """
            select n.nspname, c.relname,
                   has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
              from pg_class as c
              join pg_namespace as n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p') and c.relpersistence <> 't'
               and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
               and ($1 or not c.relispartition)
            """, [.bool(partitions)])
        // Whether it can be read is null for one that was dropped since the statement began.
        return try Dictionary(
            rows.filter { !$0[2].isNull }.map {
                (try TableName(schema: $0[0].string(), name: $0[1].string()), try $0[2].bool())
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The columns and the size of these tables; those that are not there are left out.
    static func describe(
        _ tables: [TableName], _ connection: Connection
    ) async throws -> [SourceTable] {
        let rows = try await connection.query(
            """
            with recursive beneath as (
                select oid, oid as base, typbasetype, typtypmod as modifier
                  from pg_type where typtype = 'd'
                union all
                select b.oid, t.oid, t.typbasetype,
                       case when t.typtype = 'd' then t.typtypmod else b.modifier end
                  from beneath as b join pg_type as t on t.oid = b.typbasetype
            ),
            plain (oid, base, modifier) as (
                select oid, oid, null::integer from pg_type where typtype <> 'd'
                union all
                select oid, base, modifier from beneath where typbasetype = 0
            )
            select n.nspname, c.relname,
                   c.relkind = 'p',
                   exists (select from pg_attribute where attrelid = c.oid
                              and attgenerated <> '' and not attisdropped),
                   (select sum(case when leaf.reltuples >= 0 then leaf.reltuples
                                    else pg_relation_size(leaf.oid) / 100 end)::bigint
                      from pg_class as leaf
                     where leaf.relkind = 'r'
                       and leaf.oid in (select c.oid union all
                                        select relid from pg_partition_tree(c.oid))),
                   (select coalesce(json_agg(json_build_object(
                        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                        'nullable', not a.attnotnull, 'type_id', p.base::bigint,
                        'type_modifier', coalesce(p.modifier, a.atttypmod),
                        'kind', case when t.typcategory = 'A' then 'array' else case t.typtype
                            when 'c' then 'composite' when 'e' then 'enum' when 'p' then 'pseudo'
                            when 'r' then 'range' when 'm' then 'multirange' else 'base' end end,
                        'element_type_id', case when t.typcategory = 'A' then e.base::bigint end)
                        order by a.attnum), '[]')
                      from pg_attribute as a
                      join plain as p on p.oid = a.atttypid
                      join pg_type as t on t.oid = p.base
                      left join plain as e on e.oid = t.typelem
                     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text,
                   -- Ranges of pages are read as such since version 14.
                   case when c.relkind = 'r'
                             and current_setting('server_version_num')::int >= 140000
                        then pg_relation_size(c.oid) / current_setting('block_size')::int end,
                   (select sum(pg_table_size(leaf.relid))::bigint
                      from (select c.oid as relid union
                            select relid from pg_partition_tree(c.oid)) as leaf)
              from unnest($1::text[], $2::text[]) as wanted (nspname, relname)
              join pg_namespace as n on n.nspname = wanted.nspname
              join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.relname
                                and c.relkind in ('r', 'p')
             order by 1, 2
            """,
            [Value(tables.map(\.schema)), Value(tables.map(\.name))])
        return try rows.map { row in
            SourceTable(
                name: TableName(schema: try row[0].string(), name: try row[1].string()),
                columns: try JSONDecoder().decode(
                    [TableColumn].self, from: Data(try row[5].string().utf8)),
                rowsEstimated: try row[4].isNull ? 0 : row[4].int64(),
                bytesEstimated: try row[7].optionalInt64() ?? 0,
                isPartitioned: try row[2].bool(), pages: try row[6].optionalInt64(),
                hasGeneratedColumns: try row[3].bool())
        }
    }
}
