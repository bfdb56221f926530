import Formats
public import Lifecycle
public import Postgres
public import Values

extension SourceDatabase {
    /// Every table of the database, whether this connection's role can read it, and all other
    /// objects that could be mistaken for one.
    ///
    /// Tables are ordinary and partitioned ones; not partitions, which belong to their table,
    /// unless requested. No system tables, and no names that are not valid text.
    public static func relations(
        _ connection: Connection, partitions: Bool
    ) async throws -> [TableName: Catalog.Relation] {
        let rows = try await connection.query(
            """
            -- Without pg_partition_tree(), which waits for who has locked a partition.
            with recursive around_foreign (oid) as (
                select i.inhparent
                  from pg_class as f join pg_inherits as i on i.inhrelid = f.oid
                 where f.relkind = 'f' and f.relispartition
                union
                select i.inhparent
                  from around_foreign as a join pg_inherits as i on i.inhrelid = a.oid
            )
            select n.nspname, c.relname, c.relkind,
                   has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'),
                   c.relrowsecurity and row_security_active(c.oid),
                   c.oid in (select oid from around_foreign) or c.oid = any ($2::oid[])
              from pg_class as c
              join pg_namespace as n on n.oid = c.relnamespace
             where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relpersistence <> 't'
               and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
               and ($1 or not c.relispartition)
               and \(hasNames("n", "c"))
            """, [.bool(partitions), Value(try await distributed(connection))])
        var relations: [TableName: Catalog.Relation] = [:]
        // The privilege is null for a table that was dropped since the statement began.
        for row in rows where !row[3].isNull {
            let name = TableName(schema: try row[0].string(), name: try row[1].string())
            relations[name] = try relation(row)
        }
        return relations
    }

    private static func relation(_ row: Row) throws -> Catalog.Relation {
        switch try row[2].string() {
        case "v": .other("a view")
        case "m": .other("a materialized view")
        case "f": .other("a foreign table")
        case "S": .other("a sequence")
        case "r", "p":
            if try !row[3].bool() {
                .unreadable
            } else if try row[4].bool() {
                .hidingRows
            } else {
                try row[5].bool() ? .scattered : .readable
            }
        default: .other("an object of another kind")
        }
    }

    /// The oids of tables whose rows Citus stores on other servers: see its documentation, "Citus
    /// Tables and Views".
    private static func distributed(_ connection: Connection) async throws -> [String] {
        let known = try await connection.query(
            """
            select has_table_privilege(to_regclass('pg_catalog.pg_dist_partition'), 'select')
            """)
        guard try known.first?[0].optionalBool() == true else { return [] }
        return try await connection.query(
            "select logicalrelid::oid::bigint::text from pg_catalog.pg_dist_partition"
        ).map { try $0[0].string() }
    }

    /// The role of this connection, and its rights beyond reading, including those of its login
    /// role.
    ///
    /// A filter can assume every role that its own is a member of, so membership alone counts.
    public static func role(_ connection: Connection) async throws -> SourceRole {
        let row = try await connection.query(
            """
            with acting as (
                select oid, rolsuper from pg_roles where rolname in (current_user, session_user)
            )
            select current_user::text,
                   case when (select bool_or(rolsuper) from acting) then array['superuser']
                        else array(select p.rolname::text from pg_roles as p
                                    where p.rolname = any ($1)
                                      and exists (select from acting
                                                   where pg_has_role(acting.oid, p.oid, 'member')))
                   end
            """, [Value(SourceRole.ExcessiveRight.allCases.map(\.rawValue))])[0]
        let rights = Set(try row[1].array().compactMap(\.self))
        return SourceRole(
            name: try row[0].string(),
            excessiveRights: SourceRole.ExcessiveRight.allCases.filter {
                rights.contains($0.rawValue)
            })
    }

    /// The columns and the size of these tables; missing ones are omitted.
    ///
    /// Several queries, merged here: a single join would be planned by estimates, and wrong ones
    /// cost the square of the number of tables.
    static func describe(
        _ tables: [TableName], _ connection: Connection
    ) async throws -> [SourceTable] {
        let found = try await connection.query(
            """
            select c.oid::bigint, n.nspname, c.relname, c.relkind = 'p',
                   -- Ranges of pages are read as such since version 14.
                   case when c.relkind = 'r'
                             and current_setting('server_version_num')::int >= 140000
                        then pg_relation_size(c.oid) / current_setting('block_size')::int end
              from unnest($1::text[], $2::text[]) as wanted (nspname, relname)
              join pg_namespace as n on n.nspname = wanted.nspname
              join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.relname
                                and c.relkind in ('r', 'p')
             order by 2, 3
            """,
            [Value(tables.map(\.schema)), Value(tables.map(\.name))])
        let ids = Value(try found.map { "\(try $0[0].int64())" })
        let columns = try await columns(of: ids, connection)
        let sizes = try await sizes(of: ids, connection)
        let heirs = try await heirs(of: ids, connection)
        return try found.map { row in
            let id = try row[0].int64()
            let size = sizes[id] ?? Size(rows: 0, bytes: 0)
            return SourceTable(
                name: TableName(schema: try row[1].string(), name: try row[2].string()),
                columns: columns[id]?.columns ?? [], rowsEstimated: size.rows,
                bytesEstimated: size.bytes, isPartitioned: try row[3].bool(),
                pages: try row[4].optionalInt64(),
                hasGeneratedColumns: columns[id]?.hasGenerated ?? false, heirs: heirs[id] ?? [])
        }
    }

    private struct Columns {
        var columns: [TableColumn] = []
        var hasGenerated = false
    }

    private static func columns(
        of tables: Value, _ connection: Connection
    ) async throws -> [Int64: Columns] {
        let rows = try await connection.query(
            """
            select a.attrelid::bigint, a.attname, format_type(a.atttypid, a.atttypmod),
                   not a.attnotnull, a.atttypid::bigint, a.atttypmod, a.attgenerated <> ''
              from unnest($1::oid[]) as wanted (oid)
              join pg_attribute as a on a.attrelid = wanted.oid
             where a.attnum > 0 and not a.attisdropped
             order by a.attrelid, a.attnum
            """, [tables])
        func type(_ row: Row) throws -> UInt32 { UInt32(truncatingIfNeeded: try row[4].int64()) }
        let types = try await TypeCatalog.of(Set(try rows.map(type)), connection)
        var columns: [Int64: Columns] = [:]
        for row in rows {
            let (valueType, readAs) = types.type(
                try type(row), modifier: Int32(truncatingIfNeeded: try row[5].int64()))
            let table = try row[0].int64()
            columns[table, default: Columns()].columns.append(
                TableColumn(
                    name: try row[1].string(), type: try row[2].string(),
                    nullable: try row[3].bool(), valueType: valueType, readAs: readAs))
            if try row[6].bool() { columns[table]?.hasGenerated = true }
        }
        return columns
    }

    private static func heirs(
        of tables: Value, _ connection: Connection
    ) async throws -> [Int64: [TableName]] {
        let rows = try await connection.query(
            """
            with recursive heirs (root, oid) as (
                select i.inhparent, i.inhrelid
                  from unnest($1::oid[]) as wanted (oid)
                  join pg_inherits as i on i.inhparent = wanted.oid
                union
                select heirs.root, i.inhrelid
                  from heirs join pg_inherits as i on i.inhparent = heirs.oid
            )
            select heirs.root::bigint, n.nspname, c.relname
              from heirs
              join pg_class as c on c.oid = heirs.oid
              join pg_namespace as n on n.oid = c.relnamespace
             -- By statistics: asking for its size would wait for those who have locked it.
             where not c.relispartition and c.relkind = 'r'
               and \(isText("n.nspname")) and \(isText("c.relname"))
               and (c.reltuples > 0 or pg_stat_get_live_tuples(c.oid) > 0)
             order by 2, 3
            """, [tables])
        return Dictionary(
            grouping: try rows.map {
                (try $0[0].int64(), TableName(schema: try $0[1].string(), name: try $0[2].string()))
            }, by: \.0
        ).mapValues { $0.map(\.1) }
    }

    private struct Size {
        let rows: Int64
        let bytes: Int64
    }

    /// Of each table and all its partitions, from the statistics; an estimate if there are none.
    private static func sizes(
        of tables: Value, _ connection: Connection
    ) async throws -> [Int64: Size] {
        let rows = try await connection.query(
            """
            with leaves (root, oid) as (
                select wanted.oid, wanted.oid from unnest($1::oid[]) as wanted (oid)
                union
                select wanted.oid, leaf.relid
                  from unnest($1::oid[]) as wanted (oid)
                  join pg_class as c on c.oid = wanted.oid and c.relkind = 'p'
                 cross join lateral pg_partition_tree(c.oid) as leaf
            )
            select leaves.root::bigint,
                   coalesce(sum(case when c.reltuples >= 0 then c.reltuples
                                     else pg_relation_size(c.oid) / 100 end)
                                filter (where c.relkind = 'r'), 0)::bigint,
                   coalesce(sum(pg_table_size(c.oid)), 0)::bigint
              from leaves join pg_class as c on c.oid = leaves.oid
             group by leaves.root
            """, [tables])
        return Dictionary(
            try rows.map {
                (try $0[0].int64(), Size(rows: try $0[1].int64(), bytes: try $0[2].int64()))
            }, uniquingKeysWith: { first, _ in first })
    }
}
