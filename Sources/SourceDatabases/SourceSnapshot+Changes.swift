public import Formats
public import Postgres
public import Values

/// Changes of tables that a reader's lock does not prevent.
///
/// A reader's lock prevents TRUNCATE and all commands that rewrite or drop a table. It does not
/// prevent two changes, which PostgreSQL reads from its newest catalog and not from the snapshot:
/// which partitions a table has (`ATTACH PARTITION`), and the labels of enums (`ALTER TYPE … RENAME
/// VALUE`).
extension SourceSnapshot {
    /// Compares the tables with the snapshot after reading.
    ///
    /// - Parameter connection: One that joined the snapshot, and has read these tables from it.
    /// - Throws: ``SourceError/changedMeanwhile(table:)``, `PostgresError`.
    public static func requireUnchanged(
        _ tables: [(name: TableName, columns: [TableColumn])], _ connection: Connection
    ) async throws {
        if let table = try await firstWithOtherPartitions(tables.map(\.name), connection) {
            throw SourceError.changedMeanwhile(table: shown(table.canonical))
        }
        let enums = tables.map { table in
            (table.name, Set(table.columns.compactMap { $0.valueType.enumID }))
        }
        let renamed = try await enumsWithOtherLabels(
            enums.reduce(into: []) { $0.formUnion($1.1) }, connection)
        if let table = enums.first(where: { !$0.1.isDisjoint(with: renamed) }) {
            throw SourceError.changedMeanwhile(table: shown(table.0.canonical))
        }
    }

    private static func firstWithOtherPartitions(
        _ tables: [TableName], _ connection: Connection
    ) async throws -> TableName? {
        // A table of the catalog is read from the snapshot; pg_partition_tree uses the newest.
        let rows = try await connection.query(
            """
            with recursive roots as (
                select c.oid, n.nspname, c.relname
                  from unnest($1::text[], $2::text[]) as wanted (nspname, relname)
                  join pg_namespace as n on n.nspname = wanted.nspname
                  join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.relname
                 where c.relkind = 'p'
            ),
            seen (root, oid) as (
                select oid, oid from roots
                union all
                select seen.root, i.inhrelid
                  from seen join pg_inherits as i on i.inhparent = seen.oid
                 -- Since version 14; one whose detaching began is no partition any more.
                 where coalesce(to_jsonb(i) ->> 'inhdetachpending', 'false') = 'false'
            ),
            newest (root, oid) as (
                select roots.oid, leaf.relid
                  from roots cross join lateral pg_partition_tree(roots.oid) as leaf
            ),
            differing (root) as (
                (select * from seen except select * from newest)
                union all
                (select * from newest except select * from seen)
            )
            select nspname, relname from roots where oid in (select root from differing) limit 1
            """,
            [Value(tables.map(\.schema)), Value(tables.map(\.name))])
        return try rows.first.map {
            TableName(schema: try $0[0].string(), name: try $0[1].string())
        }
    }

    /// The enums among these that lack a label of the snapshot.
    private static func enumsWithOtherLabels(
        _ types: Set<UInt32>, _ connection: Connection
    ) async throws -> Set<UInt32> {
        guard !types.isEmpty else { return [] }
        // enum_range uses the newest catalog.
        let queries = try await connection.query(
            """
            select format('select %s::bigint where exists (select from pg_enum '
                          'where enumtypid = %s '
                          'and enumlabel <> all (enum_range(null::%s)::text[]))',
                          oid, oid, format_type(oid, null))
              from pg_type where oid = any ($1::oid[])
            """, [Value(types.map { "\($0)" })])
        guard !queries.isEmpty else { return [] }
        let rows = try await connection.query(
            try queries.map { try $0[0].string() }.joined(separator: " union all "))
        return Set(try rows.map { UInt32(truncatingIfNeeded: try $0[0].int64()) })
    }
}

extension ValueType {
    /// The identifier of the enum that its values, or their elements, are of.
    fileprivate var enumID: UInt32? {
        if kind == .enum { return id }
        return element?.enumID
    }
}
