public import Values

/// The state of an object after a command created, changed or deleted it. Kept until it is pruned.
///
/// A data export has one for its deletion alone: its activations are ``SavedVersion``s.
public struct ObjectVersion: Hashable, Codable, Sendable {
    public let kind: ObjectKind
    public let objectID: Int64
    /// Nil for a policy in all environments.
    public let environment: String?
    public let name: String
    /// Of a data template: the name of its destination.
    public let destination: String?
    /// Nil when it was deleted.
    public let definition: JSONValue?
    public let actor: String
    public let commandID: Int64

    enum CodingKeys: String, CodingKey {
        case kind
        case objectID = "object_id"
        case environment, name, destination, definition, actor
        case commandID = "command_id"
    }
}

/// An object that the command being applied has saved or deleted.
struct ChangedObject: Sendable {
    let object: any ConfiguredObject
    let isDeleted: Bool
    /// Of a data template: the name of its destination, which the same command may delete next.
    let destination: String?

    var id: ObjectID { ObjectID(type(of: object).kind, object.id) }
}

// Versions of what commands change.
extension World {
    mutating func noteChange(of object: some StoredObject, isDeleted: Bool = false) {
        guard let object = object as? any ConfiguredObject else { return }
        let template = object as? DataTemplate
        changed.append(
            ChangedObject(
                object: object, isDeleted: isDeleted,
                destination: template.flatMap { destination(id: $0.destinationID)?.name }))
    }

    /// Adds a version of each object that a command has changed, once it was applied.
    mutating func recordVersions(_ author: Author) throws(Refusal) {
        if changed.isEmpty { return }
        defer { changed = [] }
        var last: [ObjectID: Int] = [:]
        for (index, change) in changed.enumerated() { last[change.id] = index }
        for (index, change) in changed.enumerated() where last[change.id] == index {
            objectVersions.append(
                ObjectVersion(
                    kind: change.id.kind, objectID: change.object.id,
                    environment: change.object.environment, name: change.object.name,
                    destination: change.destination,
                    definition: change.isDeleted ? nil : try change.object.definition(in: self),
                    actor: author.actor, commandID: author.id))
        }
    }

    /// A version of a policy assignment; its name is that of the role.
    mutating func recordVersion(
        of assignment: PolicyAssignment, isRevoked: Bool = false, _ author: Author
    ) {
        objectVersions.append(
            ObjectVersion(
                kind: .policyAssignment, objectID: assignment.id,
                environment: assignment.environment, name: assignment.role, destination: nil,
                definition: isRevoked ? nil : assignment.definition, actor: author.actor,
                commandID: author.id))
    }
}

extension ObjectKind {
    /// Whether each save of such an object is a version of it.
    var hasVersionPerSave: Bool {
        switch self {
        case .database, .destination, .dataTemplate, .orchestration, .orchestrationGroup, .alert:
            true
        // Versions of exports are their activations; runs are not configured.
        case .dataExport, .run, .policyAssignment, .sandbox, .setting: false
        }
    }
}

extension PolicyAssignment {
    fileprivate var definition: JSONValue {
        [
            "policy": .string(policy.rawValue), "all_environments": .bool(environment == nil),
            "denial": .bool(isDenial),
            "options": .array(options.map { .string($0.rawValue) }),
        ]
    }
}
