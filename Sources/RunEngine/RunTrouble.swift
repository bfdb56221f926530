import Destinations
import Formats
import Lifecycle
import Manifests
import Postgres
import SourceDatabases

/// Why a run or a task could not be carried out: what people are told, and what to do next.
struct RunTrouble: Error, Sendable {
    let code: String
    let message: String
    let hint: String?
    /// Whether it may pass by itself, so that the run is tried again later.
    let isTransient: Bool

    init(code: String, message: String, hint: String?, isTransient: Bool) {
        self.code = code
        self.message = message
        self.hint = hint
        self.isTransient = isTransient
    }

    /// - Parameter subject: What was being done, for example `table public.orders`.
    init(_ error: any Error, while subject: String) {
        switch error {
        case let trouble as RunTrouble:
            self = trouble
        case let error as SourceError:
            self.init(
                code: error.code, message: "\(subject): \(error)", hint: error.hint,
                isTransient: error.isTransient)
        case let error as PostgresError where error.sqlState == "40001":
            // In a transaction that only reads, no other conflict ends a statement.
            self.init(
                code: "source_unavailable", message: "\(subject): \(error)",
                hint: "the standby had to replay a change of rows that the run still reads: "
                    + Self.standbyHint, isTransient: true)
        case let error as PostgresError:
            self.init(
                code: error.isTransient ? "source_unavailable" : "source_refused",
                message: "\(subject): \(error)",
                hint: error.isTransient ? "check the source database and the way to it" : nil,
                isTransient: error.isTransient)
        case let error as DestinationError:
            self.init(
                code: error.code, message: "\(subject): \(error)", hint: nil,
                isTransient: error.disposition == .retry)
        case let error as UnrepresentableValue:
            self.init(
                code: "unrepresentable_value", message: "\(subject): \(error)", hint: nil,
                isTransient: false)
        case let error as PGPError:
            self.init(
                code: error.code, message: "\(subject): \(error)", hint: nil,
                isTransient: error.isTransient)
        case let error as ArchiveError:
            self.init(
                code: "spool_full", message: "\(subject): \(error)", hint: nil, isTransient: false)
        case let error as FileNameError:
            self.init(
                code: "file_name_conflict", message: "\(error)", hint: nil, isTransient: false)
        case let error as SettingsError:
            self.init(
                code: "invalid_settings", message: "\(error)", hint: nil, isTransient: false)
        default:
            self.init(
                code: "internal", message: "\(subject): \(error)",
                hint: "this is a fault of Ferry: please report it", isTransient: false)
        }
    }

    /// The session that holds the snapshot of a database has ended.
    init(snapshotLost error: any Error, database: String) {
        self.init(
            code: "source_unavailable",
            message: "the snapshot of database \"\(shown(database))\" is lost: \(error)",
            hint: "check the source database and the way to it; of a standby, also "
                + Self.standbyHint, isTransient: true)
    }

    private static let standbyHint =
        "set hot_standby_feedback = on there, or a max_standby_streaming_delay as long as a run"

    init(_ failure: RunStanding.Failure) {
        self.init(
            code: failure.code, message: failure.message, hint: failure.hint,
            isTransient: failure.transient)
    }

    /// For the SQL functions: code, message, hint.
    var values: [Value] { [.text(code), .text(message), Value(hint)] }
}

extension SourceError {
    fileprivate var code: String {
        switch self {
        case .secretUnavailable: "secret_unavailable"
        case .tablesMissing: "tables_missing"
        case .columnsMissing: "columns_missing"
        case .settingsRefused: "table_settings_refused"
        case .settingsFailed: "table_settings_failed"
        case .keepsChanging: "tables_changing"
        case .tablesLocked: "tables_locked"
        case .changeWaits: "table_change_waits"
        case .incomplete: "incomplete_read"
        }
    }
}
