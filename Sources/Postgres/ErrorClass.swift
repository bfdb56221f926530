import Foundation

/// What an error of PostgreSQL means for the affected work: the only table of SQLSTATEs.
///
/// The same for the queue, for sources and for targets. The reactions differ: a loop of a worker
/// repeats its statement, a run is retried later, a command line reports the error.
public enum ErrorClass: Sendable, Equatable {
    /// The server could not do it at the moment: a collision, a lock, a cancelled statement, a
    /// server that is full, read-only or a standby. The same work may succeed when it is repeated.
    case retry
    /// There is no session: it has ended, or none could be opened. Connect, then repeat the work.
    case sessionLost
    /// A function, table or column is missing, or has changed. In our own schema this means that
    /// another release has migrated it: check the schema first.
    case schemaChanged
    /// The server answers, but rejects this program: role, password, `pg_hba.conf`, database, or a
    /// connection pooler whose sessions cannot be used. Only an administrator can fix that.
    case accessRefused
    /// The statement itself, its values or the role's rights are the cause. Repeating it does not
    /// help.
    case refused

    /// Whether the same work may succeed when it is simply retried later.
    public var isTransient: Bool { self == .retry || self == .sessionLost }
}

extension PostgresError {
    public var errorClass: ErrorClass {
        switch self {
        case .server(let error): error.errorClass
        case .connectionLost: .sessionLost
        case .cannotConnect(let reason):
            LoginRefusal.isMeant(by: reason) ? .accessRefused : .sessionLost
        case .decoding, .misuse, .canceled: .refused
        }
    }

    /// Whether the same work may succeed when it is retried later; see ``ErrorClass``.
    public var isTransient: Bool { errorClass.isTransient }
}

extension ServerError {
    public var errorClass: ErrorClass {
        if let known = Self.classes[sqlState] { return known }
        switch (sqlState, routine) {
        // "too many notifications in the NOTIFY queue". Other limits are the statement's own.
        case ("54000", "PreCommit_Notify"): return .retry
        // "cached plan must not change result type". Else a feature that is not supported.
        case ("0A000", "RevalidateCachedQuery"): return .schemaChanged
        default: return Self.classesByPrefix[String(sqlState.prefix(2))] ?? .refused
        }
    }

    private static let classes: [String: ErrorClass] = [
        "25006": .retry,  // read_only_sql_transaction: a standby, or a server that is nearly full
        "26000": .accessRefused,  // invalid_sql_statement_name: the session of another client
        "25P03": .sessionLost,  // idle_in_transaction_session_timeout
        "25P04": .sessionLost,  // transaction_timeout
        "3D000": .accessRefused,  // invalid_catalog_name: no such database
        "3F000": .schemaChanged,  // invalid_schema_name
        "40001": .retry,  // serialization_failure; on a standby a conflict with recovery
        "40P01": .retry,  // deadlock_detected
        "42703": .schemaChanged,  // undefined_column
        "42704": .schemaChanged,  // undefined_object: a type, for instance
        "42883": .schemaChanged,  // undefined_function
        "42P01": .schemaChanged,  // undefined_table
        "42P05": .accessRefused,  // duplicate_prepared_statement: the session of another client
        "55006": .retry,  // object_in_use
        "55P03": .retry,  // lock_not_available, also after lock_timeout
        "57014": .retry,  // query_canceled, by a timeout or an administrator
        "57P01": .sessionLost,  // admin_shutdown
        "57P02": .sessionLost,  // crash_shutdown
        "57P03": .sessionLost,  // cannot_connect_now: it starts up
        "57P04": .accessRefused,  // database_dropped
        "57P05": .sessionLost,  // idle_session_timeout
        "58030": .retry,  // io_error
    ]

    private static let classesByPrefix: [String: ErrorClass] = [
        "08": .sessionLost,  // connection exceptions
        "28": .accessRefused,  // invalid authorization, wrong password
        "53": .retry,  // out of disk, memory, connections
    ]
}

/// Texts of permanently rejected connections.
///
/// libpq returns no SQLSTATE for a failed attempt, only text. A text in another language counts as
/// a transient error.
enum LoginRefusal {
    static let pooler = """
        the server is a connection pooler in transaction mode. Connect directly, or use a pool in \
        session mode
        """
    static let invalid = "the connection string is not valid"

    private static let phrases = [
        "authentication failed", "no password supplied", "does not support SSL", "certificate",
        "pg_hba.conf", "\" does not exist",
        "not permitted to log in", "permission denied for database", invalid, pooler,
    ]

    static func isMeant(by reason: String) -> Bool {
        // Of several hosts, one may be unavailable only for a while.
        let attempts = reason.components(separatedBy: "connection to server ")
        let answers = attempts.count > 1 ? attempts.dropFirst() : attempts[...]
        return answers.allSatisfy { answer in phrases.contains { answer.contains($0) } }
    }
}
