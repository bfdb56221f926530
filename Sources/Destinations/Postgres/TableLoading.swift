internal import Formats
internal import Manifests
internal import Postgres
import Values

/// Fills the tables of a delivery, in the transaction that publishes it.
struct TableLoading: Sendable {
    let target: PostgresTarget
    let connection: Connection
    /// Whether everything is rolled back, so that filling is useless.
    var isRehearsal = false
    let step: @Sendable (String) throws -> Void

    /// Fills locked tables.
    ///
    /// - Throws: ``DestinationError``; `PostgresError` if something is locked.
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

    /// Makes other deliveries to the same tables wait: until the end of the transaction, they could
    /// not see that a table is created or replaced.
    func lock(_ tables: [TargetTable]) async throws {
        _ = try await connection.query(
            """
            select pg_advisory_xact_lock(key)
              from (select distinct hashtextextended('ferry table ' || name, 0) as key
                      from unnest($1::text[]) as name order by 1) as keys
            """, [Value(tables.map(\.quoted))])
    }

    /// Creates a table with this name, and fills it.
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

    /// Inserts these columns of the staged tables. A rehearsal checks only the rights to the table,
    /// to its columns and to its rows.
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
            // The delivered values are used, even for identity columns.
            try await connection.run(
                """
                insert into \(target) \(named)overriding system value
                select \(list) from \(part)\(isEmpty ? " where false" : "")
                """)
        }
    }

    /// Checks that a table has exactly the rows of the manifest.
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

    /// Attributes errors of a step to a table, except for locks, whose holders are determined.
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
