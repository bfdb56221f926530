import Values
internal import Formats
internal import Manifests
internal import Postgres

/// Fills the tables of a delivery, in the transaction that publishes it.
struct TableLoading: Sendable {
    let target: PostgresTarget
    let connection: Connection
    /// Whether all is taken back, so that there is no use in filling anything.
    var isRehearsal = false
    let step: @Sendable (String) throws -> Void

    /// Fills tables that are locked.
    ///
    /// - Throws: ``DestinationError``; `PostgresError` when something is locked.
    func load(_ tables: [TargetTable], _ mode: TableMode) async throws {
        switch mode {
        case .create:
            for table in tables { try await about(table) { try await create(table, table.name) } }
        case .truncate:
            try await TableTruncation(loading: self).load(tables)
        case .replace:
            try await TableReplacement(loading: self).load(tables)
        }
    }

    /// Lets other deliveries to the same tables wait: until the end of the transaction they could
    /// neither see a table that is made here nor that one is replaced.
    func lock(_ tables: [TargetTable]) async throws {
        _ = try await connection.query(
            """
            select pg_advisory_xact_lock(key)
              from (select distinct hashtextextended('ferry table ' || name, 0) as key
                      from unnest($1::text[]) as name order by 1) as keys
            """, [Value(tables.map(\.quoted))])
    }

    /// Makes a table under this name, and fills it.
    func create(_ table: TargetTable, _ name: String) async throws {
        try step("publish.create_table")
        do {
            try await connection.run(
                "create table \(table.quoted(name)) \(TargetTable.definition(table.columns))")
        } catch let error as PostgresError where ["42P07", "42710"].contains(error.sqlState) {
            throw DestinationError.notAllowed(
                destination: target.destination, path: table.shown,
                rule: "it exists, and the data template's mode is \"create\". Drop it, or choose "
                    + "the mode \"truncate\" or \"replace\"")
        }
        try await ValueCheck(loading: self).check(
            table, against: table.columns.map { .init(name: $0.name, type: $0.type) })
        try await fill(table, name, table.columns.map(\.name))
    }

    /// Inserts these columns of what is staged. In a rehearsal only what that takes is found out:
    /// rights to the table, to its columns and to its rows.
    func fill(_ table: TargetTable, _ name: String, _ columns: [String]) async throws {
        try await insert(table, into: table.quoted(name), columns, isEmpty: isRehearsal)
        if isRehearsal {
            try await connection.run("select count(*) from \(table.quoted(name)) where false")
        }
    }

    /// - Parameter isEmpty: Whether no row is inserted.
    func insert(
        _ table: TargetTable, into target: String, _ columns: [String], isEmpty: Bool = false
    ) async throws {
        let list = columns.map(quoteIdentifier).joined(separator: ", ")
        let named = list.isEmpty ? "" : "(\(list)) "
        for part in table.parts {
            try step("publish.fill")
            // What was delivered counts, also where the target makes up the values of an identity.
            try await connection.run(
                """
                insert into \(target) \(named)overriding system value
                select \(list) from \(part)\(isEmpty ? " where false" : "")
                """)
        }
    }

    /// Whether a table holds the rows of the manifest, and no others.
    func check(_ table: TargetTable) async throws {
        try await about(table) {
            let found = try await connection.query("select count(*) from \(table.quoted)")
            let rows = try found[0][0].int64()
            guard rows == table.rows else {
                throw DestinationError.refused(
                    destination: target.destination, path: table.shown,
                    reason: "it has \(rows) rows after filling, but \(table.rows) are delivered. "
                        + "Check its triggers, rules and inheriting tables")
            }
        }
    }

    /// Tells errors of a step as being about a table; but for locks, whose holder is looked for.
    func about<Value>(
        _ table: TargetTable, _ work: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await work()
        } catch let error as PostgresError where error.sqlState != "55P03" {
            throw target.failure(error, about: table.shown)
        }
    }
}
