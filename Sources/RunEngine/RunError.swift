import Credentials
import Destinations
import Formats
import Manifests
import Postgres
import SourceDatabases
import Values

/// Why a run or a task failed: what users see, and what to do next.
struct RunError: Error, Sendable {
    let code: String
    let origin: ErrorOrigin
    let message: String
    let hint: String?
    /// Whether it is transient, so that the run is retried later.
    let isTransient: Bool

    init(code: String, origin: ErrorOrigin, message: String, hint: String?, isTransient: Bool) {
        self.code = code
        self.origin = origin
        self.message = message
        self.hint = hint
        self.isTransient = isTransient
    }

    /// - Parameter subject: The subject of the work, for example `table public.orders`.
    init(_ error: any Error, while subject: String) {
        switch error {
        case let runError as RunError:
            self = runError
        case let error as SourceError:
            self.init(
                code: error.code, origin: error.origin, message: "\(subject): \(error)",
                hint: error.hint,
                isTransient: error.isTransient)
        case let error as PostgresError where error.sqlState == "40001":
            // In a read-only transaction, no other conflict ends a statement.
            self.init(
                code: "source_unavailable", origin: .source, message: "\(subject): \(error)",
                hint: "the standby had to apply a change of rows that the run is still reading: "
                    + Self.standbyHint, isTransient: true)
        case let error as PostgresError where error.sqlState == "53200":
            self.init(
                code: "source_unavailable", origin: .source, message: "\(subject): \(error)",
                hint: "a run holds a lock on each of its tables while it reads: raise "
                    + "max_locks_per_transaction of the source, or send the tables in several data "
                    + "exports", isTransient: true)
        case let error as PostgresError:
            self.init(
                code: error.isTransient ? "source_unavailable" : "source_refused", origin: .source,
                message: "\(subject): \(error)", hint: Self.hint(for: error),
                isTransient: error.isTransient)
        case let error as DestinationError:
            let isTransient = error.disposition == .retry
            self.init(
                code: error.code, origin: error.origin, message: "\(subject): \(error)",
                hint: isTransient ? nil : "fix the cause, then use retry_run or restart_run",
                isTransient: isTransient)
        case let error as UnrepresentableValue:
            self.init(
                code: "unrepresentable_value", origin: .source,
                message: "\(subject): \(error)", hint: nil, isTransient: false)
        case let error as CredentialUnavailable:
            self.init(
                code: "credential_unavailable", origin: .configuration,
                message: "\(subject): \(error)", hint: nil, isTransient: false)
        case let error as PGPError:
            self.init(
                code: error.code, origin: error.origin, message: "\(subject): \(error)",
                hint: nil, isTransient: error.isTransient)
        case let error as ArchiveError:
            self.init(
                code: "spool_full", origin: .internal, message: "\(subject): \(error)", hint: nil,
                isTransient: false)
        case let error as FileNameError:
            self.init(
                code: "file_name_conflict", origin: .configuration, message: "\(error)",
                hint: nil, isTransient: false)
        case let error as SettingsError:
            self.init(
                code: "invalid_settings", origin: .configuration, message: "\(error)", hint: nil,
                isTransient: false)
        default:
            self.init(
                code: "internal", origin: .internal, message: "\(subject): \(error)",
                hint: "this is a bug in Ferry: report it", isTransient: false)
        }
    }

    /// The hint for an error of the source that has no case of its own.
    private static func hint(for error: PostgresError) -> String? {
        switch error.sqlState {
        case "57014":
            return "an administrator or a timeout of the source canceled the statement"
        case "XX000", "54000":
            // The limit of one memory allocation, and so of the text of a row.
            guard "\(error)".contains(/invalid memory alloc request size|enlarge string buffer/)
            else { return nil }
            return "PostgreSQL writes a row as text only up to 1 GB, bytea as two characters a "
                + "byte: choose the format parquet, which reads values in binary form, or omit the "
                + "column"
        case _ where error.isTransient:
            return "check the source database and the network connection to it"
        default:
            return nil
        }
    }

    /// An error after the publication of a run was recorded.
    init(publishing error: DestinationError, run: Int64) {
        let isFinal = error.provesNothingVisible
        self.init(
            code: error.code, origin: error.origin, message: "publishing run \(run): \(error)",
            hint: isFinal
                ? "none of its output is visible; use retry_run or restart_run to start it again"
                : "it is retried automatically; if the cause cannot be fixed, an administrator can "
                    + "end it with abandon_run",
            isTransient: error.disposition == .retry)
    }

    /// The session that holds the snapshot of a database has ended.
    init(snapshotLost error: any Error, database: String) {
        self.init(
            code: "source_unavailable", origin: .source,
            message: "the snapshot of database \"\(shown(database))\" is lost: \(error)",
            hint: "check the source database and the network connection to it; for a standby, also "
                + Self.standbyHint, isTransient: true)
    }

    /// A session that joins the snapshot cannot find it.
    init(snapshotNotFoundIn database: String) {
        self.init(
            code: "source_unavailable", origin: .source,
            message: "the run's snapshot of database \"\(shown(database))\" is not visible to "
                + "another connection: the worker that holds it is gone, or the host name of the "
                + "database connects to several servers",
            hint: "use a connection string of one server, without a pooler or host name that "
                + "distributes connections: all tables of a run are read from one snapshot",
            isTransient: true)
    }

    private static let standbyHint =
        "set hot_standby_feedback = on there, or a max_standby_streaming_delay as long as a run"

    init(_ failure: RunStatus.Failure) {
        self.init(
            code: failure.code, origin: failure.origin, message: failure.message,
            hint: failure.hint,
            isTransient: failure.transient)
    }

    /// For the SQL functions: code, origin, message, hint.
    var values: [Value] { [.text(code), .text(origin.rawValue), .text(message), Value(hint)] }
}
