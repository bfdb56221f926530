public import Values
public import Lifecycle
public import Postgres

extension SourceDatabase {
    /// What the database has against these settings of its tables: a sentence each that names the
    /// table and the setting. Empty when all can be read as they say.
    ///
    /// Columns are looked up, filters and masks are planned by the database; none is run.
    ///
    /// - Parameters:
    ///   - ofAll: Whether every table is read; a partition is none of them then.
    ///   - allowingVolatile: Whether filters may call volatile functions.
    /// - Throws: `PostgresError` when the database cannot be asked.
    public static func problems(
        of settings: [TableName: TableSettings], ofAll: Bool, allowingVolatile: Bool = false,
        _ connection: Connection
    ) async throws -> [String] {
        // A filter may take long even to plan, and a worker waits.
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
    /// The table as these settings have it read, once the source has planned that.
    ///
    /// - Throws: ``SourceError``; `PostgresError` when the source cannot be asked.
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
