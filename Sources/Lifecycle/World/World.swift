/// The objects that a batch of commands touches, and their changes.
///
/// In JSON: one array per kind. It must hold every object that the commands refer to
/// (``Command/references(in:)``), the objects these use, the objects that use these and, of runs,
/// those not ended; of a group also its predecessors, transitively. Facts and changes are not part
/// of the JSON.
public struct World: Sendable {
    var databases = ObjectTable<Database>()
    var dataExports = ObjectTable<DataExport>()
    var destinations = ObjectTable<Destination>()
    var dataTemplates = ObjectTable<DataTemplate>()
    var orchestrations = ObjectTable<Orchestration>()
    var orchestrationGroups = ObjectTable<OrchestrationGroup>()
    var runs = ObjectTable<Run>()
    var alerts = ObjectTable<Alert>()
    /// The sandboxes that the batch names; their whole configuration and production's is loaded.
    var sandboxes = ObjectTable<Sandbox>()
    /// The names of the environments there are; only production unless the batch needs others.
    var environments = [production]
    /// Those that were ever changed.
    var settings: [String: String] = [:]
    var changedSettings: [String: ChangedSetting] = [:]
    var facts: [Fact: FactValue] = [:]
    var versions: [SavedVersion] = []
    var plans: [SavedPlan] = []
    /// The object versions that the batch's commands created, in order.
    var objectVersions: [ObjectVersion] = []
    /// The objects that the current command has saved and deleted so far.
    var changed: [ChangedObject] = []
    var alertTests: [AlertTest] = []
    /// The policies that apply to each role that sent a command of the batch, or had logged in for
    /// one, before the batch.
    var rights: [RoleName: [PolicyAssignment]] = [:]
    /// All assignments, if the batch grants or revokes any.
    var assignments: [Int64: PolicyAssignment] = [:]
    var savedAssignments: Set<Int64> = []
    var revokedAssignments: Set<Int64> = []
    private var users: [Use: Set<Int64>] = [:]

    /// ``rights`` in JSON: an array, because a decoder may merge the keys of an object.
    private struct RoleRights: Codable {
        let role: String
        let policies: [PolicyAssignment]
    }

    private struct Use: Hashable, Sendable {
        let object: ObjectID
        let by: ObjectKind
    }

    public init() {}

    /// Adds an object as it is in the database. The same id again replaces the object.
    public mutating func load<Object: StoredObject>(_ object: Object) {
        replaceUses(by: object)
        self[keyPath: Object.table].load(object)
    }

    /// Gives the world the value of a fact that a decision needed.
    ///
    /// The value must be of the fact's kind: a catalog for a catalog, and so on.
    public mutating func learn(_ fact: Fact, _ value: FactValue) {
        switch (fact, value) {
        case (.catalog, .severalServers), (.currentCatalog, .severalServers),
            (.sourceRole, .severalServers), (.tableSettings, .severalServers),
            (.catalog, .catalog), (.catalog, .failed),
            (.tableSettings, .problems), (.tableSettings, .failed), (.registeredDatabases, .names),
            (.tablesOfRun, .names), (.sourceRole, .sourceRole), (.sourceRole, .failed),
            (.destinationTest, .passed), (.destinationTest, .failed),
            (.destinationTest, .invalid), (.delivery, .delivery),
            (.delivery, .failed), (.decidedDelivery, .decided), (.decidedDelivery, .failed),
            (.workerOfRun, .names),
            (.templateCheck, .passed), (.templateCheck, .failed),
            (.role, .passed), (.role, .failed), (.version, .version), (.now, .moment),
            (.currentCatalog, .catalog), (.currentCatalog, .failed), (.newIDs, .ids),
            (.runPlan, .plan), (.runPlan, .failed), (.activeInProduction, .versions):
            facts[fact] = value
            if case .version(let past) = value, let database = past?.database,
                !databases.knows(database.id)
            {
                load(database)
            }
        default:
            preconditionFailure("a value of the wrong kind for a fact")
        }
    }

    /// Gives the world facts that were looked up before.
    public mutating func learn(_ known: [Fact: FactValue]) {
        for (fact, value) in known { learn(fact, value) }
    }

    /// A database that is loaded, or was registered by this batch.
    public func database(id: Int64) -> Database? { databases[id] }
    public func dataExport(id: Int64) -> DataExport? { dataExports[id] }
    public func destination(id: Int64) -> Destination? { destinations[id] }
    public func dataTemplate(id: Int64) -> DataTemplate? { dataTemplates[id] }
    public func orchestration(id: Int64) -> Orchestration? { orchestrations[id] }
    public func orchestrationGroup(id: Int64) -> OrchestrationGroup? { orchestrationGroups[id] }
    public func run(id: Int64) -> Run? { runs[id] }

    mutating func save<Object: StoredObject>(_ object: Object) {
        replaceUses(by: object)
        self[keyPath: Object.table].save(object)
        if Object.kind.hasVersionPerSave { noteChange(of: object) }
    }

    mutating func delete<Object: StoredObject>(_ object: Object) {
        for used in object.uses { removeUse(of: used, by: object) }
        self[keyPath: Object.table].delete(object)
        // An export that was never activated has no versions.
        if (object as? DataExport)?.versionCount != 0 { noteChange(of: object, isDeleted: true) }
    }

    /// The objects of one kind that use an object, by id.
    func users<Object: StoredObject>(
        of kind: ObjectKind, _ id: Int64, as type: Object.Type
    ) -> [Object] {
        guard let ids = users[Use(object: ObjectID(kind, id), by: Object.kind)] else { return [] }
        let table = self[keyPath: Object.table]
        return ids.sorted().compactMap { table[$0] }
    }

    /// All objects that use an object.
    func users(of object: ObjectID) -> [ObjectID] {
        ObjectKind.allCases.flatMap { kind in
            (users[Use(object: object, by: kind)] ?? []).sorted().map { ObjectID(kind, $0) }
        }
    }

    private mutating func replaceUses<Object: StoredObject>(by object: Object) {
        let new = object.uses
        if let old = self[keyPath: Object.table][object.id]?.uses {
            if old == new { return }
            for used in old { removeUse(of: used, by: object) }
        }
        for used in new {
            users[Use(object: used, by: Object.kind), default: []].insert(object.id)
        }
    }

    private mutating func removeUse<Object: StoredObject>(of used: ObjectID, by object: Object) {
        let use = Use(object: used, by: Object.kind)
        users[use]?.remove(object.id)
        if users[use]?.isEmpty == true { users[use] = nil }
    }
}

extension World: Codable {
    enum CodingKeys: String, CodingKey {
        case databases
        case dataExports = "data_exports"
        case destinations
        case dataTemplates = "data_templates"
        case orchestrations, runs, alerts, sandboxes, environments, settings, rights
        case orchestrationGroups = "orchestration_groups"
        case policyAssignments = "policy_assignments"
    }

    /// A missing kind counts as empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func objects<Object: StoredObject>(_ key: CodingKeys) throws -> [Object] {
            try container.decodeIfPresent([Object].self, forKey: key) ?? []
        }
        for object: Database in try objects(.databases) { load(object) }
        for object: DataExport in try objects(.dataExports) { load(object) }
        for object: Destination in try objects(.destinations) { load(object) }
        for object: DataTemplate in try objects(.dataTemplates) { load(object) }
        for object: Orchestration in try objects(.orchestrations) { load(object) }
        for object: OrchestrationGroup in try objects(.orchestrationGroups) { load(object) }
        for object: Run in try objects(.runs) { load(object) }
        for object: Alert in try objects(.alerts) { load(object) }
        for object: Sandbox in try objects(.sandboxes) { load(object) }
        environments =
            try container.decodeIfPresent([String].self, forKey: .environments) ?? [production]
        settings =
            try container.decodeIfPresent([String: String].self, forKey: .settings) ?? [:]
        let assignments = try container.decodeIfPresent(
            [PolicyAssignment].self, forKey: .policyAssignments)
        for assignment in assignments ?? [] { load(assignment) }
        for held in try container.decodeIfPresent([RoleRights].self, forKey: .rights) ?? [] {
            load(rights: held.policies, of: held.role)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(databases.all, forKey: .databases)
        try container.encode(dataExports.all, forKey: .dataExports)
        try container.encode(destinations.all, forKey: .destinations)
        try container.encode(dataTemplates.all, forKey: .dataTemplates)
        try container.encode(orchestrations.all, forKey: .orchestrations)
        try container.encode(orchestrationGroups.all, forKey: .orchestrationGroups)
        try container.encode(runs.all, forKey: .runs)
        try container.encode(alerts.all, forKey: .alerts)
        try container.encode(sandboxes.all, forKey: .sandboxes)
        try container.encode(environments, forKey: .environments)
        try container.encode(settings, forKey: .settings)
        try container.encode(
            assignments.values.sorted { $0.id < $1.id }, forKey: .policyAssignments)
        try container.encode(
            rights.map { RoleRights(role: $0.key.text, policies: $0.value) }
                .sorted { $0.role < $1.role }, forKey: .rights)
    }
}
