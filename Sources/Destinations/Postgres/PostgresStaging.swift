internal import Crypto
internal import Formats
internal import Foundation
internal import Postgres
import Values

/// Ferry's own schema in a target: a table per staged file, the list of these, and the record of
/// deliveries.
struct PostgresStaging: Sendable {
    let schema: String

    /// The record of deliveries: one row for each run whose tables are visible.
    var deliveries: String { quoted("deliveries") }
    /// The list of staged tables. A table is committed together with its row here.
    var stagedTables: String { quoted("staged_tables") }

    func quoted(_ table: String) -> String {
        "\(quoteIdentifier(schema)).\(quoteIdentifier(table))"
    }

    /// The table that a file is staged in, the same each time.
    func table(for delivery: StagedDelivery, file: String) -> String {
        let hash = SHA256.hash(data: Data(file.utf8)).prefix(8).hexadecimal
        return "r\(delivery.run)_t\(delivery.token)_\(hash)"
    }

    /// Creates the schema and its own tables if they are missing.
    ///
    /// - Throws: ``DestinationError`` if the role cannot create the schema; `PostgresError`.
    func prepare(_ connection: Connection, of target: PostgresTarget) async throws {
        if try await exists(connection) { return }
        try await connection.transaction { try await create($0, of: target) }
    }

    func exists(_ connection: Connection) async throws -> Bool {
        try await connection.query(
            """
            select count(*) = 2 from pg_catalog.pg_class as c
              join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
             where n.nspname = $1 and c.relname in ('deliveries', 'staged_tables')
            """, [.text(schema)]
        )[0][0].bool()
    }

    /// In the caller's transaction.
    func create(_ connection: Connection, of target: PostgresTarget) async throws {
        _ = try await connection.query(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))",
            [.text("ferry staging \(schema)")])
        let found = try await connection.query(
            """
            select exists (select from pg_catalog.pg_namespace where nspname = $1),
                   quote_ident(current_user)
            """, [.text(schema)])
        if try !found[0][0].bool() {
            do {
                try await connection.run("create schema \(quoteIdentifier(schema))")
            } catch let error as PostgresError where error.sqlState == "42501" {
                throw DestinationError.accessDenied(
                    destination: target.destination, path: schema,
                    reason: "the role cannot create this schema, which Ferry uses for staging. Ask "
                        + "an owner of the database to run: create schema "
                        + "\(quoteIdentifier(schema)) authorization \(try found[0][1].string())")
            }
        }
        do {
            try await connection.run(tables)
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw DestinationError.accessDenied(
                destination: target.destination, path: schema,
                reason: "the role cannot create tables in this schema, which Ferry uses for "
                    + "staging. Ask its owner to run: grant usage, create on schema "
                    + "\(quoteIdentifier(schema)) to \(try found[0][1].string())")
        }
    }

    private var tables: String {
        """
        create table if not exists \(deliveries) (
            run             bigint not null,
            target_schema   text not null,
            folder          text not null,
            manifest_sha256 text not null,
            manifest        text not null,
            published_at    timestamptz not null default clock_timestamp(),
            constraint deliveries_each_run_once primary key (run)
        );
        create table if not exists \(stagedTables) (
            run        bigint not null,
            token      bigint not null,
            file       text not null,
            table_name text not null,
            rows       bigint not null,
            bytes      bigint not null,
            sha256     text not null,
            constraint staged_tables_each_file_once primary key (run, token, file)
        );
        """
    }

    /// The highest run after this one that was delivered into the schema, with a folder below this
    /// one; nil if there is none.
    func newestDelivery(
        after run: Int64, into schema: String, below folder: String, _ connection: Connection
    ) async throws -> Int64? {
        let found = try await connection.query(
            """
            select max(run) from \(deliveries)
             where run > $1 and target_schema = $2 and starts_with(folder, $3)
            """, [.int(run), .text(schema), .text(folder)])
        return try found[0][0].optionalInt64()
    }

    // MARK: - Staged tables

    /// A file that is staged as a table.
    struct Table: Sendable {
        let token: Int64
        let file: String
        let name: String
        let rows: Int64
        let bytes: Int64
        let sha256: String
    }

    func tables(of run: Int64, _ connection: Connection) async throws -> [Table] {
        try await connection.query(
            """
            select token, file, table_name, rows, bytes, sha256 from \(stagedTables)
             where run = $1
            """, [.int(run)]
        ).map { row in
            try Table(
                token: row[0].int64(), file: row[1].string(), name: row[2].string(),
                rows: row[3].int64(), bytes: row[4].int64(), sha256: row[5].string())
        }
    }

    /// The runs with staged tables.
    func runs(_ connection: Connection) async throws -> Set<Int64> {
        guard try await exists(connection) else { return [] }
        let rows = try await connection.query("select distinct run from \(stagedTables)")
        return Set(try rows.map { try $0[0].int64() })
    }

    /// How many tables are dropped in one transaction: each takes locks until its end.
    private static let droppedAtOnce = 50

    /// Drops the tables of a run that were staged under the chosen tokens.
    func remove(
        run: Int64, _ connection: Connection, where isChosen: (_ token: Int64) -> Bool
    ) async throws {
        guard try await exists(connection) else { return }
        var chosen = try await tables(of: run, connection).filter { isChosen($0.token) }[...]
        while !chosen.isEmpty {
            let batch = Array(chosen.prefix(Self.droppedAtOnce))
            chosen = chosen.dropFirst(Self.droppedAtOnce)
            try await connection.transaction { connection in
                for table in batch { try await remove(table, of: run, connection) }
            }
        }
    }

    private func remove(
        _ table: Table, of run: Int64, _ connection: Connection
    ) async throws {
        try await connection.run("drop table if exists \(quoted(table.name))")
        try await connection.execute(
            "delete from \(stagedTables) where run = $1 and token = $2 and file = $3",
            [.int(run), .int(table.token), .text(table.file)])
    }
}
