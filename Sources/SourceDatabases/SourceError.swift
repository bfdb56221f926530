internal import Lifecycle

/// A source database that could not be read as asked.
public enum SourceError: Error, Equatable {
    /// The reference to the connection's secret leads nowhere on this worker.
    case secretUnavailable(reference: String, reason: String)
    /// Tables that are to be read are not there.
    case tablesMissing(database: String, tables: [String])
    /// Tables were created or dropped each time while they were being locked.
    case keepsChanging(database: String)
    /// Somebody held a lock on a table for longer than we wait.
    case tablesLocked(database: String)
    /// Somebody waits to truncate, alter or drop a table that is to be read, and can only do so
    /// once the run lets go of it.
    case changeWaits(table: String)
    /// The number of rows received is not the number the server says it sent.
    case incomplete(table: String, received: Int, sent: Int)
}

extension SourceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .secretUnavailable(let reference, let reason):
            "cannot resolve the connection \(reference): \(reason)"
        case .tablesMissing(let database, let tables):
            "tables missing in database \"\(database)\": \(tables.joined(separator: ", "))"
        case .keepsChanging(let database):
            "the tables of database \"\(database)\" changed each time they were being locked"
        case .tablesLocked(let database):
            "the tables of database \"\(database)\" could not be locked for reading: somebody is "
                + "changing one of them, or waits to"
        case .changeWaits(let table):
            "another session waits to change table \(table), so it cannot be read now"
        case .incomplete(let table, let received, let sent):
            "table \(table): \(received) rows received, but the server sent \(sent)"
        }
    }

    /// What the reader can do about it.
    public var hint: String {
        switch self {
        case .secretUnavailable: "set it where the workers run, then run again"
        case .tablesMissing: "restore them, or take them out of the export and activate it"
        case .keepsChanging: "run again when no tables are being created or dropped"
        case .tablesLocked:
            "let the ALTER, TRUNCATE or LOCK finish, or end it: it is in pg_locks of that database "
                + "with mode AccessExclusiveLock"
        case .changeWaits: "the run gives way and starts anew; change tables between runs"
        case .incomplete: "run again"
        }
    }

    /// Whether trying again later may help without anybody doing anything.
    public var isTransient: Bool {
        switch self {
        case .secretUnavailable, .tablesMissing: false
        case .keepsChanging, .tablesLocked, .changeWaits, .incomplete: true
        }
    }
}

extension SourceError {
    init(_ error: SecretUnavailable) {
        self = .secretUnavailable(reference: error.reference, reason: error.reason)
    }
}
