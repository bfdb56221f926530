import Lifecycle

/// A kind of object that a configuration file holds; in the order in which they refer to each
/// other, so that each is made after what it names and deleted before it.
public enum ConfiguredKind: String, CaseIterable, Sendable {
    case database
    case destination
    case dataTemplate = "data_template"
    case dataExport = "data_export"
    case orchestration

    /// The kind in a message.
    public var word: String {
        switch self {
        case .database: "database"
        case .destination: "destination"
        case .dataTemplate: "data template"
        case .dataExport: "data export"
        case .orchestration: "orchestration"
        }
    }

    /// What its objects are listed under in a file.
    var group: String { rawValue + "s" }

    /// The keys of a definition, in the order in which they are written.
    var keys: [String] {
        switch self {
        case .database: ["connection"]
        case .destination: ["kind", "settings", "administrators_only"]
        case .dataTemplate: ["settings"]
        case .dataExport: ["database", "tables", "table_settings"]
        case .orchestration: ["data_export", "destination", "data_template"]
        }
    }

    /// The keys that may be left out, with what they are then.
    var defaults: [String: JSONValue] {
        switch self {
        case .destination: ["administrators_only": false]
        case .dataExport: ["table_settings": [:]]
        default: [:]
        }
    }

    /// The keys that name another object, and of which kind.
    var references: [String: ConfiguredKind] {
        switch self {
        case .dataExport: ["database": .database]
        case .orchestration:
            [
                "data_export": .dataExport, "destination": .destination,
                "data_template": .dataTemplate,
            ]
        default: [:]
        }
    }
}
