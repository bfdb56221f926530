import Values

/// What a batch of commands changed, to be written in one transaction.
///
/// Write `deleted` before `saved`: a new object can have the name of a deleted one.
public struct Changes: Hashable, Codable, Sendable {
    public var saved: SavedObjects
    public var deleted: DeletedObjects
    /// Versions activated by the batch, in that order; of deleted exports too.
    public var versions: [SavedVersion]
    /// Versions of all other objects that commands created, edited and deleted, in that order; of
    /// deleted objects, too.
    public var objectVersions: [ObjectVersion]
    /// New plans of runs, at most one per command.
    public var plans: [SavedPlan]
    /// Requested messages, to be delivered.
    public var alertTests: [AlertTest]
    /// By the setting's name.
    public var settings: [String: ChangedSetting]

    /// Whether there is nothing to write.
    public var isEmpty: Bool { self == Changes() }

    enum CodingKeys: String, CodingKey {
        case saved, deleted, versions
        case objectVersions = "object_versions"
        case plans, settings
        case alertTests = "alert_tests"
    }

    init() {
        saved = SavedObjects()
        deleted = DeletedObjects()
        versions = []
        objectVersions = []
        plans = []
        alertTests = []
        settings = [:]
    }
}

/// New and changed objects, by id.
///
/// In JSON each but a run has one key more: `key`, the ``Name/key`` of its name, to be stored and
/// looked up by. PostgreSQL's `lower` does not agree with it beyond ASCII in every locale.
public struct SavedObjects: Hashable, Codable, Sendable {
    public var databases: [Database] = []
    public var dataExports: [DataExport] = []
    public var destinations: [Destination] = []
    public var dataTemplates: [DataTemplate] = []
    public var orchestrations: [Orchestration] = []
    public var orchestrationGroups: [OrchestrationGroup] = []
    public var runs: [Run] = []
    public var alerts: [Alert] = []
    public var sandboxes: [Sandbox] = []
    public var policyAssignments: [PolicyAssignment] = []

    enum CodingKeys: String, CodingKey {
        case databases
        case dataExports = "data_exports"
        case destinations
        case dataTemplates = "data_templates"
        case orchestrations, runs, alerts, sandboxes
        case orchestrationGroups = "orchestration_groups"
        case policyAssignments = "policy_assignments"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(databases.map(WithKey.init), forKey: .databases)
        try container.encode(dataExports.map(WithKey.init), forKey: .dataExports)
        try container.encode(destinations.map(WithKey.init), forKey: .destinations)
        try container.encode(dataTemplates.map(WithKey.init), forKey: .dataTemplates)
        try container.encode(orchestrations.map(WithKey.init), forKey: .orchestrations)
        try container.encode(
            orchestrationGroups.map(WithKey.init), forKey: .orchestrationGroups)
        try container.encode(runs, forKey: .runs)
        try container.encode(alerts.map(WithKey.init), forKey: .alerts)
        try container.encode(sandboxes.map(WithKey.init), forKey: .sandboxes)
        try container.encode(policyAssignments, forKey: .policyAssignments)
    }
}

/// An object with the key of its name, which is encoded beside the object's own keys.
public struct WithKey<Object: StoredObject>: Encodable {
    let object: Object

    public init(_ object: Object) {
        self.object = object
    }

    enum CodingKeys: String, CodingKey { case key }

    public func encode(to encoder: any Encoder) throws {
        try object.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Name.key(of: object.name), forKey: .key)
    }
}

/// Ids of deleted objects. Runs are never deleted.
public struct DeletedObjects: Hashable, Codable, Sendable {
    public var databases: [Int64] = []
    public var dataExports: [Int64] = []
    public var destinations: [Int64] = []
    public var dataTemplates: [Int64] = []
    public var orchestrations: [Int64] = []
    public var alerts: [Int64] = []
    public var orchestrationGroups: [Int64] = []
    public var sandboxes: [Int64] = []
    public var policyAssignments: [Int64] = []

    public var isEmpty: Bool { self == DeletedObjects() }

    enum CodingKeys: String, CodingKey {
        case databases
        case dataExports = "data_exports"
        case destinations
        case dataTemplates = "data_templates"
        case orchestrations, alerts, sandboxes
        case orchestrationGroups = "orchestration_groups"
        case policyAssignments = "policy_assignments"
    }
}

/// A version of an export as it is kept; in JSON the version's own keys are next to `export_id`,
/// `environment` and `name`.
public struct SavedVersion: Hashable, Codable, Sendable {
    public let exportID: Int64
    public let environment: String
    /// The export's name.
    public let name: String
    /// The command that activated it.
    public let commandID: Int64
    public let version: Version

    enum CodingKeys: String, CodingKey {
        case exportID = "export_id"
        case environment, name
        case commandID = "command_id"
    }

    init(of export: DataExport, _ version: Version, by author: Author) {
        exportID = export.id
        commandID = author.id
        environment = export.environment
        name = export.name
        self.version = version
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        exportID = try container.decode(Int64.self, forKey: .exportID)
        environment = try container.decode(String.self, forKey: .environment)
        name = try container.decode(String.self, forKey: .name)
        commandID = try container.decode(Int64.self, forKey: .commandID)
        version = try Version(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(exportID, forKey: .exportID)
        try container.encode(environment, forKey: .environment)
        try container.encode(name, forKey: .name)
        try container.encode(commandID, forKey: .commandID)
        try version.encode(to: encoder)
    }
}

extension World {
    /// What changed since the objects were loaded.
    ///
    /// An object created and deleted in between is neither saved nor deleted.
    public func changes() -> Changes {
        var changes = Changes()
        changes.saved.databases = databases.saved
        changes.saved.dataExports = dataExports.saved
        changes.saved.destinations = destinations.saved
        changes.saved.dataTemplates = dataTemplates.saved
        changes.saved.orchestrations = orchestrations.saved
        changes.saved.orchestrationGroups = orchestrationGroups.saved
        changes.saved.runs = runs.saved
        changes.saved.alerts = alerts.saved
        changes.saved.sandboxes = sandboxes.saved
        changes.saved.policyAssignments = savedAssignments.sorted().compactMap { assignments[$0] }
        changes.deleted.databases = databases.deleted
        changes.deleted.dataExports = dataExports.deleted
        changes.deleted.destinations = destinations.deleted
        changes.deleted.dataTemplates = dataTemplates.deleted
        changes.deleted.orchestrations = orchestrations.deleted
        changes.deleted.alerts = alerts.deleted
        changes.deleted.orchestrationGroups = orchestrationGroups.deleted
        changes.deleted.sandboxes = sandboxes.deleted
        changes.deleted.policyAssignments = revokedAssignments.sorted()
        changes.versions = versions
        changes.objectVersions = objectVersions
        changes.plans = plans
        changes.alertTests = alertTests
        changes.settings = changedSettings
        return changes
    }
}
