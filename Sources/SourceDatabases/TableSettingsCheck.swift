public import Lifecycle
public import Postgres
public import Values

extension SourceDatabase {
    /// The objections of the database to these settings of its tables: a sentence each, naming the
    /// table and the setting. Empty if there are none.
    ///
    /// Columns are looked up, filters and masks are planned by the database; none is run.
    ///
    /// - Parameters:
    ///   - ofAll: Whether every table is read; then partitions do not count as tables.
    ///   - allowingVolatile: Whether filters may call volatile functions.
    /// - Throws: `PostgresError` if the database is unavailable.
    public static func problems(
        of settings: [TableName: TableSettings], ofAll: Bool, allowingVolatile: Bool = false,
        _ connection: Connection
    ) async throws -> [String] {
        // Planning a filter can take long, and a worker waits.
        try await connection.run("SET statement_timeout = '10s'")
        let described = try await describe(settings.keys.sorted(), connection)
        let tables = Dictionary(
            described.map { ($0.name, $0) }, uniquingKeysWith: { one, _ in one })
        let wholes = ofAll ? try await relations(connection, partitions: false) : [:]
        var problems: [String] = []
        for (name, settings) in settings.sorted(by: { $0.key < $1.key }) {
            guard let table = tables[name] else {
                problems.append("table \(shown(name.canonical)) does not exist")
                continue
            }
            if ofAll && wholes[name] == nil {
                problems.append(
                    "table \(shown(name.canonical)) is a partition, which is not read separately "
                        + "when all tables are read: set its parent table")
                continue
            }
            do {
                _ = try await table.reading(
                    settings, plannedBy: connection, allowingVolatile: allowingVolatile)
            } catch let error as SourceError {
                problems.append("\(error)")
            }
        }
        return problems
    }
}

extension SourceTable {
    /// The table with these settings, after the source has planned the query.
    ///
    /// - Throws: ``SourceError``; `PostgresError` if the source is unavailable.
    func reading(
        _ settings: TableSettings, plannedBy connection: Connection, allowingVolatile: Bool
    ) async throws -> SourceTable {
        var table = try reading(settings)
        if table.filter == nil && table.masks.isEmpty { return table }
        do {
            let rows = try await table.rowsPlanned(connection)
            if table.filter != nil { table.rowsEstimated = rows }
            if table.filter != nil, !allowingVolatile {
                var isVolatile = try await table.hasVolatileFilter(connection)
                if !isVolatile { isVolatile = try await table.callsVolatileHidden(connection) }
                if isVolatile {
                    throw SourceError.filterIsVolatile(table: shown(name.canonical))
                }
            }
        } catch PostgresError.server(let error) where !PostgresError.server(error).isTransient {
            throw SourceError.settingsRefused(
                table: shown(name.canonical), reason: shown(error.description))
        }
        return table
    }
}
