import Lifecycle
import Values

/// A kind of object in a configuration file; in the order of their references, so that each is
/// created after the objects it names and deleted before them.
public enum ConfiguredKind: String, CaseIterable, Sendable {
    case database
    case destination
    case dataTemplate = "data_template"
    case dataExport = "data_export"
    case orchestration
    case orchestrationGroup = "orchestration_group"
    case alert

    /// The kind in a message.
    public var word: String {
        switch self {
        case .database: "database"
        case .destination: "destination"
        case .dataTemplate: "data template"
        case .dataExport: "data export"
        case .orchestration: "orchestration"
        case .orchestrationGroup: "orchestration group"
        case .alert: "alert"
        }
    }

    /// The section of its objects in a file.
    var group: String { rawValue + "s" }

    /// The keys of a definition, in the order in which they are written.
    var keys: [String] {
        switch self {
        case .database: ["credential"]
        case .destination: ["kind", "settings", "administrators_only"]
        case .dataTemplate: ["settings"]
        case .dataExport: ["database", "tables", "table_settings"]
        case .orchestration: ["data_export", "destination", "data_template"]
        case .orchestrationGroup:
            ["orchestrations", "manual", "schedule", "time_zone", "catch_up", "after", "enabled"]
        case .alert:
            [
                "on", "runtime_seconds_max", "orchestration", "credential", "program",
                "retry_seconds_max",
            ]
        }
    }

    /// The required keys.
    var required: Set<String> {
        switch self {
        case .orchestrationGroup: ["orchestrations"]
        case .alert: ["on"]
        default: Set(keys).subtracting(defaults(for: [:]).keys)
        }
    }

    /// The defaults of a definition.
    func defaults(for given: [String: JSONValue]) -> [String: JSONValue] {
        switch self {
        case .destination: ["administrators_only": false]
        case .dataExport: ["table_settings": [:]]
        case .orchestrationGroup where given["schedule"] != nil:
            [
                "enabled": true, "time_zone": .string(GroupSchedule.timeZoneDefault),
                "catch_up": .string(CatchUp.one.rawValue),
            ]
        case .orchestrationGroup: ["enabled": true]
        case .alert: ["retry_seconds_max": .int(AlertSettings.retrySecondsDefault)]
        default: [:]
        }
    }

    /// The keys that name other objects, and their kinds.
    var references: [String: ConfiguredKind] {
        switch self {
        case .dataExport: ["database": .database]
        case .orchestration:
            [
                "data_export": .dataExport, "destination": .destination,
                "data_template": .dataTemplate,
            ]
        case .orchestrationGroup:
            ["orchestrations": .orchestration, "after": .orchestrationGroup]
        case .alert: ["orchestration": .orchestration]
        default: [:]
        }
    }
}
