// The objects of the world that a command depends on, besides those that it names.
extension World {
    /// The objects that a command on these objects depends on: the objects themselves if they
    /// exist, the objects that they use, and so on; and for the kind that the command is about, the
    /// objects that use them.
    ///
    /// - Parameter target: The kind of the object that the command is about.
    public func related(to references: [Reference], target: ObjectKind) -> Set<ObjectID> {
        var related: Set<ObjectID> = []
        var open: [ObjectID] = []
        for reference in references {
            guard let object = id(of: reference) else { continue }
            open.append(object)
            if object.kind == target { open += users(of: object) }
        }
        while let object = open.popLast() {
            if related.insert(object).inserted { open += uses(of: object) }
        }
        return related
    }

    /// The object of a reference; nil if it does not exist.
    public func id(of reference: Reference) -> ObjectID? {
        let environment = reference.environment
        let parts = reference.key.split(
            separator: Reference.separator, omittingEmptySubsequences: false
        ).map(String.init)
        func named<Object: StoredObject>(
            _ table: KeyPath<World, ObjectTable<Object>>, _ key: String, scope: Int64 = 0
        ) -> ObjectID? {
            self[keyPath: table].id(key, scope: scope, environment: environment)
                .map { ObjectID(Object.kind, $0) }
        }
        switch reference.kind {
        case .database: return named(\.databases, reference.key)
        case .dataExport: return named(\.dataExports, reference.key)
        case .destination: return named(\.destinations, reference.key)
        case .dataTemplate:
            guard parts.count == 2, let destination = named(\.destinations, parts[0]) else {
                return nil
            }
            return named(\.dataTemplates, parts[1], scope: destination.id)
        case .orchestration: return named(\.orchestrations, reference.key)
        case .orchestrationGroup: return named(\.orchestrationGroups, reference.key)
        case .alert: return named(\.alerts, reference.key)
        case .run: return Int64(parts[0]).map { ObjectID(.run, $0) }
        case .sandbox, .policyAssignment, .setting: return nil
        }
    }

    private func uses(of object: ObjectID) -> [ObjectID] {
        switch object.kind {
        case .database: databases[object.id]?.uses ?? []
        case .dataExport: dataExports[object.id]?.uses ?? []
        case .destination: destinations[object.id]?.uses ?? []
        case .dataTemplate: dataTemplates[object.id]?.uses ?? []
        case .orchestration: orchestrations[object.id]?.uses ?? []
        case .orchestrationGroup: orchestrationGroups[object.id]?.uses ?? []
        case .alert: alerts[object.id]?.uses ?? []
        case .run: runs[object.id]?.uses ?? []
        case .sandbox, .policyAssignment, .setting: []
        }
    }
}
