import Lifecycle

/// The objects that a batch names, in the form that the SQL function `load_world` expects.
struct CommandReferences: Encodable {
    /// By kind; whether the batch may change or delete the object.
    private var writes: [ObjectKind: [Reference: Bool]] = [:]

    /// Whether any command is for another environment than production.
    private var namesSandboxes = false

    init(_ commands: [ClaimedCommand]) {
        for claimed in commands {
            if claimed.envelope.environment != production { namesSandboxes = true }
            guard case .success(let command) = claimed.command else { continue }
            for reference in command.references(in: claimed.envelope.environment) {
                writes[reference.kind, default: [:]][reference, default: false] =
                    writes[reference.kind]?[reference] == true
                    || reference.kind == command.definition.lane
            }
        }
    }

    private struct Entry: Encodable {
        let reference: Reference
        let write: Bool

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(reference.environment)
            try container.encode(reference.key)
            try container.encode(write)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var byKind = Dictionary(
            uniqueKeysWithValues: writes.map { kind, references in
                (kind.rawValue, references.map { Entry(reference: $0.key, write: $0.value) })
            })
        // Loads the names of all environments, to see whether the sandboxes still exist.
        if namesSandboxes { byKind["environment"] = [] }
        try byKind.encode(to: encoder)
    }
}
