public import Credentials
public import Lifecycle
internal import Postgres
public import Values

/// An error of reading a source database.
public enum SourceError: Error, Equatable {
    /// The worker cannot use the database's credential.
    case credentialUnavailable(CredentialUnavailable)
    /// Connections reach different servers, so that not all can read from one snapshot.
    case severalServers(credential: String)
    /// Tables are missing.
    case tablesMissing(database: String, tables: [String])
    /// Columns to send or mask are missing.
    case columnsMissing(table: String, columns: [String])
    /// The source does not accept the filter or a mask of a table.
    case settingsRefused(table: String, reason: String)
    /// The filter of a table calls volatile functions, which this worker does not allow.
    case filterIsVolatile(table: String)
    /// The filter or a mask of a table failed on a value. The source's message is omitted, as it
    /// may contain the value.
    case settingsFailed(table: String, sqlState: String)
    /// A table contains bytes that are not valid text in the database's encoding, or in UTF-8. The
    /// columns are those where such bytes were found; none where there was no time to look.
    case notText(table: String, columns: [String])
    /// Tables were created or dropped whenever they were being locked.
    case keepsChanging(database: String)
    /// Another session held a lock on a table for longer than the time limit.
    case tablesLocked(database: String)
    /// The server's lock table has no room for one lock on each table, however long one waits.
    case tooManyTables(database: String, locks: Int, room: Int, setting: Int)
    /// Another session waits to truncate, alter or drop a table, and can only do so once the run
    /// releases it.
    case changeWaits(table: String)
    /// Its partitions, or the labels of an enum, changed during reading, so that not everything was
    /// read from the snapshot.
    case changedMeanwhile(table: String)
    /// The number of received rows differs from the number that the server reports.
    case incomplete(table: String, received: Int, sent: Int)
}

extension SourceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .credentialUnavailable(let error): "\(error)"
        case .severalServers(let credential):
            "credential \"\(credential)\" connects to several servers: the snapshot of one "
                + "connection is not visible to the next"
        case .tablesMissing(let database, let tables):
            "tables missing in database \"\(database)\": \(tables.joined(separator: ", "))"
        case .columnsMissing(let table, let columns):
            "table \(table) has no column \(columns.joined(separator: ", "))"
        case .settingsRefused(let table, let reason):
            "table \(table): the source rejects its filter or a mask: \(reason)"
        case .filterIsVolatile(let table):
            "table \(table): its filter calls a volatile function, which may have side effects or "
                + "changing results and is not allowed by this worker"
        case .settingsFailed(let table, let sqlState):
            "table \(table): its filter or a mask failed on a row (SQLSTATE \(sqlState))"
        case .notText(let table, let columns):
            "table \(table) contains bytes that are not valid text"
                + (columns.isEmpty ? "" : ", in \(columns.joined(separator: ", "))")
                + ": an encoding such as SQL_ASCII does not validate text"
        case .keepsChanging(let database):
            "the tables of database \"\(database)\" changed whenever they were being locked"
        case .tablesLocked(let database):
            "the tables of database \"\(database)\" could not be locked for reading: another "
                + "session is changing one of them, or waits to"
        case .tooManyTables(let database, let locks, let room, _):
            "a run of database \"\(database)\" locks \(locks) tables and partitions while it "
                + "reads, but the server has room for only about \(room) locks of all sessions"
        case .changeWaits(let table):
            "another session waits to change table \(table), so it cannot be read now"
        case .changedMeanwhile(let table):
            "a partition of table \(table) was attached or detached, or a label of an enum "
                + "renamed, while it was being read"
        case .incomplete(let table, let received, let sent):
            "table \(table): \(received) rows received, but the server sent \(sent)"
        }
    }

    /// The hint.
    public var hint: String {
        switch self {
        case .credentialUnavailable: "correct it on the workers, then run again"
        case .severalServers:
            "use a connection string of one server, without a pooler or host name that "
                + "distributes connections"
        case .tablesMissing: "restore them, or remove them from the export and activate it"
        case .columnsMissing:
            "add them to the table, or correct its settings with edit_table, and activate"
        case .settingsRefused: "correct the settings with edit_table and activate"
        case .filterIsVolatile:
            "use functions that are stable or immutable in the source: set_config, pg_read_file, "
                + "nextval and random are not, nor are your own functions unless they are declared "
                + "so; or start the workers with --allow-volatile-filters"
        case .settingsFailed:
            "run the filter in the source to see the error, then correct it with edit_table and "
                + "activate"
        case .notText:
            "correct the rows there, or omit the column (columns of edit_table) and activate; a "
                + "mask also has to read it"
        case .keepsChanging: "run again while no tables are being created or dropped"
        case .tablesLocked:
            "let the ALTER, TRUNCATE or LOCK finish, or end it: pg_locks of that database shows it "
                + "with mode AccessExclusiveLock"
        case .tooManyTables(_, _, _, let setting):
            "set max_locks_per_transaction to \(setting) there and restart it, or send the "
                + "tables in several data exports"
        case .changeWaits: "the run yields and starts again; change tables between runs"
        case .changedMeanwhile: "the run starts again; change tables between runs"
        case .incomplete: "run again"
        }
    }

    /// Whether a later retry may succeed without intervention.
    public var isTransient: Bool {
        switch self {
        case .credentialUnavailable, .severalServers, .tablesMissing, .columnsMissing,
            .settingsRefused, .filterIsVolatile, .settingsFailed, .notText, .tooManyTables:
            false
        case .keepsChanging, .tablesLocked, .changeWaits, .changedMeanwhile, .incomplete: true
        }
    }
}

extension SourceError {
    /// The error with which reading a table ended; if it has a filter or masks, without the
    /// source's message, which may contain the value that they failed on.
    public static func concealing(
        _ error: any Error, of table: TableName, _ settings: [TableName: TableSettings]
    ) -> any Error {
        guard let settings = settings[table], settings.filter != nil || !settings.mask.isEmpty,
            let refusal = error as? PostgresError, let sqlState = refusal.sqlState,
            !refusal.isTransient
        else { return error }
        return SourceError.settingsFailed(table: shown(table.canonical), sqlState: sqlState)
    }
}
