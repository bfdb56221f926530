public import Values
internal import Credentials
public import Lifecycle
public import Postgres

/// The one snapshot from which all tables of a run are read, held open.
///
/// Others read from it by ``join(_:id:)`` on connections of their own, for as long as it is held.
public struct SourceSnapshot: Sendable {
    /// What PostgreSQL's `SET TRANSACTION SNAPSHOT` takes.
    public let id: String
    /// When it was taken: ISO 8601, UTC, microseconds, by the source's clock.
    public let takenAt: String
    /// As they are to be read.
    public private(set) var tables: [SourceTable]
    /// Tables that are left out of all, as they have names that are no text; escaped.
    public private(set) var unnamable: [TableName] = []
    /// What it is read as.
    public let role: SourceRole
    /// Where it is read from a standby, the database that the standby follows. Nil also where the
    /// role may not know.
    public let primary: DatabaseIdentity?
    let connection: Connection

    /// Locks the tables against changes of their shape, then takes the snapshot.
    ///
    /// The lock comes first: a TRUNCATE or a rewriting ALTER that commits between a snapshot and
    /// the reading of a table would leave it empty, without any error.
    ///
    /// - Parameters:
    ///   - wanted: Nil for every table of the database as of now.
    ///   - skipped: Tables that are left out of all.
    ///   - settings: Of tables of which not all is to be read as it is. Each of them must be there.
    /// - Throws: ``SourceError``, `PostgresError`.
    public static func take(
        _ source: SourceDatabase, tables wanted: [TableName]?, except skipped: [TableName] = [],
        settings: [TableName: TableSettings] = [:]
    ) async throws -> SourceSnapshot {
        let skipped = Set(skipped)
        let connection = try await source.connect()
        do {
            // Tables may come or go until they are locked; then look again.
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
        // Of all tables those with settings were named too.
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

    /// - Parameter skipped: When the names are those of all tables: of all but these.
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

    /// Finds out whether the snapshot is still held.
    ///
    /// - Throws: `PostgresError.connectionLost` when it is not.
    public func check() async throws {
        _ = try await connection.query("select 1")
    }

    public func release() async {
        await connection.close()
    }

    /// Makes the connection read from a snapshot that somebody else holds, in a transaction that
    /// the caller ends by closing the connection.
    ///
    /// - Throws: ``SnapshotGone`` when it is no longer held.
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
    /// Whoever holds the snapshot holds this lock too, but if somebody waits for a stronger one, to
    /// TRUNCATE or ALTER the table, ours comes after theirs: all would wait for one another, every
    /// other reader of the table behind them. So it is not waited for long.
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

/// The snapshot is no longer held: whoever held it is gone, and so is this attempt of its run.
public struct SnapshotGone: Error {}
