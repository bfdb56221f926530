import SourceDatabases
import Values

// How a run reports an error of its source.
extension SourceError {
    var code: String {
        switch self {
        case .credentialUnavailable: "credential_unavailable"
        case .severalServers: "source_unavailable"
        case .tablesMissing: "tables_missing"
        case .columnsMissing: "columns_missing"
        case .settingsRefused, .filterIsVolatile: "table_settings_refused"
        case .settingsFailed: "table_settings_failed"
        case .keepsChanging, .changedMeanwhile: "tables_changing"
        case .tablesLocked: "tables_locked"
        case .tooManyTables: "too_many_tables"
        case .notText: "unrepresentable_value"
        case .changeWaits: "table_change_waits"
        case .incomplete: "incomplete_read"
        }
    }

    var origin: ErrorOrigin {
        switch self {
        case .credentialUnavailable, .settingsRefused, .filterIsVolatile, .settingsFailed:
            .configuration
        case .severalServers, .tablesMissing, .columnsMissing, .keepsChanging, .tablesLocked,
            .notText,
            .tooManyTables,
            .changeWaits, .changedMeanwhile, .incomplete:
            .source
        }
    }
}
