internal import Manifests
internal import Postgres
import Values

/// Prevents a delivery from truncating or replacing the tables that it was read from.
struct SourceProtection: Sendable {
    let target: PostgresTarget
    let manifest: Manifest
    /// The primary of the standby that the rows are read from; nil if they are not read from a
    /// standby.
    let primary: DatabaseIdentity?

    /// - Throws: ``DestinationError`` if a table to fill is one that rows are read from, or shares
    ///   rows with it as a partition or an inheriting table.
    func refuseSource(_ connection: Connection) async throws {
        var isSource = try await isRead(connection)
        if !isSource, let primary {
            isSource = try await DatabaseIdentity.find(connection) == primary
        }
        guard isSource else { return }
        let tables = manifest.files.compactMap(\.table)
        let found = try await connection.query(
            """
            with recursive sources (oid, relname, nspname) as (
                select c.oid, c.relname, n.nspname
                  from unnest($1::text[], $2::text[]) as wanted (nspname, relname)
                  join pg_catalog.pg_namespace as n on n.nspname = wanted.nspname
                  join pg_catalog.pg_class as c
                    on c.relnamespace = n.oid and c.relname = wanted.relname
                union
                select i.inhrelid, sources.relname, sources.nspname
                  from sources join pg_catalog.pg_inherits as i on i.inhparent = sources.oid
            ),
            targets (oid) as (
                select c.oid
                  from pg_catalog.pg_class as c
                  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                 where n.nspname = $3 and c.relname = any ($2::text[])
                union
                select i.inhrelid
                  from targets join pg_catalog.pg_inherits as i on i.inhparent = targets.oid
            )
            select nspname, relname from sources join targets using (oid) limit 1
            """,
            [
                Value(tables.map(\.schema)), Value(tables.map(\.name)),
                .text(target.settings.schema),
            ])
        guard let row = found.first else { return }
        let way = primary == nil ? "" : ", through a standby"
        let source = TableName(schema: try row[0].string(), name: try row[1].string())
        throw DestinationError.notAllowed(
            destination: target.destination, path: source.canonical,
            rule: "it is the table that the rows are read from\(way), or shares partitions or "
                + "inheriting tables with it, and would be overwritten. Send to another schema or "
                + "database")
    }

    /// Whether the target is the database that the rows are read from, however it is reached: the
    /// run still holds its snapshot, and PostgreSQL allows sessions to import that only in the same
    /// database.
    private func isRead(_ connection: Connection) async throws -> Bool {
        guard let snapshot = manifest.snapshot.id,
            snapshot.allSatisfy({ $0.isHexDigit || $0 == "-" })
        else { return false }
        do {
            try await connection.run(
                """
                begin isolation level repeatable read; set transaction snapshot '\(snapshot)'
                """)
        } catch let error as PostgresError where error.sqlState != nil {
            try await connection.run("rollback")
            return false
        }
        try await connection.run("rollback")
        return true
    }
}
