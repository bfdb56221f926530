/// The kinds of object that commands change.
public enum ObjectKind: String, Codable, Hashable, Sendable, CaseIterable {
    case database
    case dataExport = "data_export"
    case destination
    case dataTemplate = "data_template"
    case orchestration
    case orchestrationGroup = "orchestration_group"
    case run
    case alert
    case sandbox
    case policyAssignment = "policy_assignment"
    case setting

    /// The kind in a message: `export "X"`, `data template "T"`.
    var word: String {
        switch self {
        case .database: "database"
        case .dataExport: "export"
        case .destination: "destination"
        case .dataTemplate: "data template"
        case .orchestration: "orchestration"
        case .orchestrationGroup: "orchestration group"
        case .run: "run"
        case .alert: "alert"
        case .sandbox: "sandbox"
        case .policyAssignment: "policy assignment"
        case .setting: "setting"
        }
    }

    /// The view that lists the objects of the kind.
    var view: String {
        switch self {
        case .database: "ferry.databases"
        case .dataExport: "ferry.data_exports"
        case .destination: "ferry.destinations"
        case .dataTemplate: "ferry.data_templates"
        case .orchestration: "ferry.orchestrations"
        case .orchestrationGroup: "ferry.orchestration_groups"
        case .run: "ferry.runs"
        case .alert: "ferry.alerts"
        case .sandbox: "ferry.sandboxes"
        case .policyAssignment: "ferry.policy_assignments"
        case .setting: "ferry.settings"
        }
    }
}

/// An object that a command names, and that must be loaded before the command is decided.
public struct Reference: Hashable, Codable, Sendable {
    public let kind: ObjectKind
    public let environment: String
    /// ``Name/key``; for a data template the destination's key, ``separator`` and its own, or
    /// ``separator`` alone for all of the destinations that are loaded; for a run its id in
    /// decimal, followed by ``separator`` to resolve it: then its resolutions, its destination,
    /// database and orchestration are loaded too.
    public let key: String

    /// Separates the two parts of a data template's key; no name can contain it.
    public static let separator = "\u{1f}"

    public init(kind: ObjectKind, environment: String, key: String) {
        self.kind = kind
        self.environment = environment
        self.key = key
    }
}
