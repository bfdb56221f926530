internal import Formats
internal import Postgres

/// The schema that a sandbox delivers to instead of the destination's own.
struct PostgresQuarantine: Sendable {
    let target: PostgresTarget
    /// The destination's own schema.
    let original: String

    private var schema: String { target.settings.schema }

    /// Nil in production.
    init?(of target: PostgresTarget) {
        guard let original = target.settings.quarantinedSchema else { return nil }
        self.target = target
        self.original = original
    }

    /// Creates the schema if it is missing, in the caller's transaction.
    ///
    /// - Throws: ``DestinationError`` if the role lacks the right; `PostgresError`.
    func create(_ connection: Connection) async throws {
        _ = try await connection.query(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))",
            [.text("ferry quarantine \(schema)")])
        let found = try await connection.query(
            """
            select exists (select from pg_catalog.pg_namespace where nspname = $1),
                   quote_ident(current_user)
            """, [.text(schema)])
        if try found[0][0].bool() { return }
        do {
            try await connection.run("create schema \(quoteIdentifier(schema))")
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw DestinationError.accessDenied(
                destination: target.destination, path: schema,
                reason: "the role cannot create this schema, which the sandbox delivers to. Ask an "
                    + "owner of the database to run: create schema \(quoteIdentifier(schema)) "
                    + "authorization \(try found[0][1].string())")
        }
    }

    /// Creates the tables that must already exist, empty, as they are in production.
    func copyTables(_ names: [String], _ connection: Connection) async throws {
        for name in names {
            let found = try await connection.query(
                """
                select exists (select from pg_catalog.pg_class as c
                                 join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                                where n.nspname = $1 and c.relname = $3
                                  and c.relkind in ('r', 'p'))
                   and not exists (select from pg_catalog.pg_class as c
                                     join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                                    where n.nspname = $2 and c.relname = $3)
                """, [.text(original), .text(schema), .text(name)])
            guard try found[0][0].bool() else { continue }
            let table = quoteIdentifier(name)
            try await connection.run(
                """
                create table \(quoteIdentifier(schema)).\(table)
                       (like \(quoteIdentifier(original)).\(table) including all)
                """)
        }
    }
}
