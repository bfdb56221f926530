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
                   array(select attname from pg_attribute where attrelid = c.oid and attnum > 0
                            and not attisdropped order by attnum)::text[],
                   array(select format_type(atttypid, atttypmod) from pg_attribute
                          where attrelid = c.oid and attnum > 0
                            and not attisdropped order by attnum)::text[],
                   array(select (not attnotnull)::text from pg_attribute
                          where attrelid = c.oid and attnum > 0
                            and not attisdropped order by attnum)::text[]
              from unnest($1::text[], $2::text[]) as wanted (nspname, relname)
              join pg_namespace as n on n.nspname = wanted.nspname
              join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.relname
                                and c.relkind in ('r', 'p')
             order by 1, 2
            """,
            [Value(tables.map(\.schema)), Value(tables.map(\.name))])
        return try rows.map { row in
            let names = try row[5].array().compactMap { $0 }
            let types = try row[6].array().compactMap { $0 }
            let nullable = try row[7].array().compactMap { $0 }
            return SourceTable(
                name: TableName(schema: try row[0].string(), name: try row[1].string()),
                columns: zip(names, zip(types, nullable)).map {
                    SourceTable.Column(name: $0, type: $1.0, nullable: $1.1 == "true")
                },
                rowsEstimated: try row[4].isNull ? 0 : row[4].int64(),
                isPartitioned: try row[2].bool(), hasGeneratedColumns: try row[3].bool())
        }
    }
}
