internal import Credentials
public import Lifecycle
public import Postgres
public import Values

/// The snapshot from which all tables of a run are read, held open.
///
/// Other connections read from it with ``join(_:id:)`` while it is held.
public struct SourceSnapshot: Sendable {
    /// The id for PostgreSQL's `SET TRANSACTION SNAPSHOT`.
    public let id: String
    /// When it was taken: ISO 8601, UTC, microseconds, by the source's clock.
    public let takenAt: String
    /// The tables to read.
    public private(set) var tables: [SourceTable]
    /// Tables omitted from all tables, as their names are not valid text; escaped.
    public private(set) var unnamable: [TableName] = []
    /// The role that it is read as.
    public let role: SourceRole
    /// If it is read from a standby, the database that the standby follows. Also nil if the role
    /// lacks the right.
    public let primary: DatabaseIdentity?
    let connection: Connection

    /// Locks the tables against changes of their definition, then takes the snapshot.
    ///
    /// The lock comes first: a TRUNCATE or a rewriting ALTER that commits between a snapshot and
    /// the reading of a table would leave it empty, without any error.
    ///
    /// - Parameters:
    ///   - wanted: Nil for all current tables of the database.
    ///   - skipped: Tables to omit from all tables.
    ///   - settings: The settings of tables. Each of these tables must exist.
    /// - Throws: ``SourceError``, `PostgresError`.
    public static func take(
        _ source: SourceDatabase, tables wanted: [TableName]?, except skipped: [TableName] = [],
        settings: [TableName: TableSettings] = [:]
    ) async throws -> SourceSnapshot {
        let skipped = Set(skipped)
        let connection = try await source.connect()
        do {
            // Tables may be created or dropped until they are locked; then look again.
            for _ in 1...5 {
                let names = try await listed(wanted, settings, source, connection, skipped)
                if var snapshot = try await attempt(
                    names, besides: wanted == nil ? skipped : nil, source, connection)
                {
                    if wanted == nil {
                        snapshot.unnamable = try await SourceDatabase.unnamable(connection)
                    }
                    for (index, table) in snapshot.tables.enumerated() {
                        guard let settings = settings[table.name] else { continue }
                        snapshot.tables[index] = try await table.reading(
                            settings, plannedBy: connection,
                            allowingVolatile: source.credentials.allowsVolatileFilters)
                    }
                    return snapshot
                }
                try await connection.run("ROLLBACK")
            }
            throw SourceError.keepsChanging(database: source.name)
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func listed(
        _ wanted: [TableName]?, _ settings: [TableName: TableSettings],
        _ source: SourceDatabase, _ connection: Connection, _ skipped: Set<TableName>
    ) async throws -> [TableName] {
        let known = try await SourceDatabase.relations(connection, partitions: wanted != nil)
        let chosen = (wanted ?? known.filter(\.value.isTable).map(\.key).sorted())
            .filter { !skipped.contains($0) }
        // Tables with settings are named even for all tables.
        let named = wanted == nil ? Set(chosen).union(settings.keys).sorted() : chosen
        let missing = named.compactMap { name -> String? in
            switch known[name] {
            case .none: shown(name.canonical)
            case .other(let kind): "\(shown(name.canonical)) (it is \(kind))"
            case .scattered: "\(shown(name.canonical)) (it has rows on other servers)"
            case .readable, .unreadable, .hidingRows: nil
            }
        }
        if !missing.isEmpty {
            throw SourceError.tablesMissing(database: source.name, tables: missing)
        }
        return chosen
    }

    /// - Parameter skipped: If the names are those of all tables: omit these.
    private static func attempt(
        _ names: [TableName], besides skipped: Set<TableName>?, _ source: SourceDatabase,
        _ connection: Connection
    ) async throws -> SourceSnapshot? {
        try await connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        do {
            if !names.isEmpty {
                let list = names.map(\.quoted).joined(separator: ", ")
                try await connection.run("LOCK TABLE \(list) IN ACCESS SHARE MODE")
            }
        } catch PostgresError.server(let error) where ["42P01", "3F000"].contains(error.sqlState) {
            return nil
        } catch PostgresError.server(let error) where error.sqlState == "55P03" {
            throw SourceError.tablesLocked(database: source.name)
        } catch PostgresError.server(let error) where error.sqlState == "53200" {
            try await connection.run("ROLLBACK")
            if let refusal = try await LockTable.refusal(of: names, source, connection) {
                throw refusal
            }
            throw PostgresError.server(error)
        }
        let taken = try await connection.query(
            """
            select pg_export_snapshot(),
                   to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            """)
        let tables = try await SourceDatabase.describe(names, connection)
        guard tables.count == names.count, let row = taken.first else { return nil }
        if let skipped {
            let now = try await SourceDatabase.relations(connection, partitions: false)
            let count = now.count { $0.value.isTable && !skipped.contains($0.key) }
            guard count == names.count else {
                return nil
            }
        }
        return SourceSnapshot(
            id: try row[0].string(), takenAt: try row[1].string(), tables: tables,
            role: try await SourceDatabase.role(connection),
            primary: try await DatabaseIdentity.find(connection, ofStandby: true),
            connection: connection)
    }

    /// Checks that the snapshot is still held.
    ///
    /// - Throws: `PostgresError.connectionLost` if it is not.
    public func check() async throws {
        _ = try await connection.query("select 1")
    }

    public func release() async {
        await connection.close()
    }

    /// Makes the connection read from a snapshot of another session, in a transaction that the
    /// caller ends by closing the connection.
    ///
    /// - Throws: ``SnapshotGone`` if it is no longer held.
    public static func join(_ connection: Connection, id: String) async throws {
        try await connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        do {
            try await connection.run("SET TRANSACTION SNAPSHOT \(quoteLiteral(id))")
        } catch PostgresError.server(let error)
            where ["0A000", "22023", "42704", "55000"].contains(error.sqlState)
        {
            throw SnapshotGone()
        }
    }

    /// Locks a table that this connection, having joined, reads next.
    ///
    /// The holder of the snapshot holds this lock, too. But if another session waits for a stronger
    /// one, to TRUNCATE or ALTER the table, ours queues behind it: all would wait for one another,
    /// with every other reader of the table behind them. So the wait is short.
    ///
    /// - Throws: ``SourceError/changeWaits(table:)``
    public static func lock(_ table: TableName, _ connection: Connection) async throws {
        do {
            try await connection.run(
                """
                SET LOCAL lock_timeout = '2s';
                LOCK TABLE \(table.quoted) IN ACCESS SHARE MODE;
                SET LOCAL lock_timeout = '10s';
                """)
        } catch PostgresError.server(let error) where error.sqlState == "55P03" {
            throw SourceError.changeWaits(table: shown(table.canonical))
        }
    }
}

/// The snapshot is no longer held: its holder is gone, and so is this attempt of its run.
public struct SnapshotGone: Error {}
