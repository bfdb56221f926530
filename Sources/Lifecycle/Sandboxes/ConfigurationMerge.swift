import Values

/// What became of the configuration of a sandbox, and of production, since the last sync: each
/// object by which the three differ.
///
/// Production and sandbox are compared with the base, which both were equal to at the last sync.
public struct ConfigurationMerge: Sendable {
    /// Sorted: objects before those that refer to them.
    public let differences: [ConfigurationDifference]

    public init(
        base: ConfigurationSnapshot, production: ConfigurationSnapshot,
        sandbox: ConfigurationSnapshot
    ) {
        let keys = Set(base.keys).union(production.keys).union(sandbox.keys)
        differences = keys.sorted().compactMap { key in
            let difference = ConfigurationDifference(
                key: key, base: base[key], production: production[key], sandbox: sandbox[key])
            return difference.isNone ? nil : difference
        }
    }

    /// What production changed since the last sync.
    var inProduction: [ConfigurationDifference] { differences.filter { $0.inProduction != nil } }
    /// What the sandbox changed since then.
    var inSandbox: [ConfigurationDifference] { differences.filter { $0.inSandbox != nil } }
    var conflicts: [ConfigurationDifference] { differences.filter(\.isConflict) }

    /// What the sandbox has to become, object by object, so that production's changes are in it.
    ///
    /// - Parameter side: Whose objects prevail in conflicts.
    func pulled(keeping side: Side) -> [ConfigurationTarget] {
        inProduction.filter { difference in
            difference.isConflict ? side == .production : difference.inSandbox == nil
        }.map { ConfigurationTarget($0.key, $0.production, replacing: $0.sandbox) }
    }

    /// What production has to become, object by object, so that the sandbox's changes are in it.
    func promoted() -> [ConfigurationTarget] {
        inSandbox.map { ConfigurationTarget($0.key, $0.sandbox, replacing: $0.production) }
    }

    /// One side of a merge.
    public enum Side: String, Hashable, Sendable, CaseIterable {
        case sandbox, production
    }
}

/// An object of which at least one of base, production and sandbox has another definition.
public struct ConfigurationDifference: Hashable, Sendable {
    public let key: ConfigurationKey
    /// As it was in both at the last sync; nil where it was not there.
    public let base: ObjectDefinition?
    public let production: ObjectDefinition?
    public let sandbox: ObjectDefinition?

    public enum Change: String, Hashable, Sendable {
        case added, changed, removed

        init?(from old: JSONValue?, to new: JSONValue?) {
            switch (old, new) {
            case (nil, .some): self = .added
            case (.some, nil): self = .removed
            case (let old, let new) where old != new: self = .changed
            default: return nil
            }
        }
    }

    public var inProduction: Change? {
        Change(from: base?.definition, to: production?.definition)
    }

    public var inSandbox: Change? { Change(from: base?.definition, to: sandbox?.definition) }

    /// Whether both sides changed it, and not to the same.
    public var isConflict: Bool {
        inProduction != nil && inSandbox != nil && production?.definition != sandbox?.definition
    }

    var isNone: Bool { inProduction == nil && inSandbox == nil }

    /// The object in a message.
    var words: String { (sandbox ?? production ?? base)?.words ?? key.name }
}

/// What an object of an environment is to become.
struct ConfigurationTarget: Hashable, Sendable {
    let key: ConfigurationKey
    /// Nil where it is to be removed.
    let object: ObjectDefinition?
    /// What it is in the environment so far.
    let replaced: ObjectDefinition?

    init(
        _ key: ConfigurationKey, _ object: ObjectDefinition?, replacing replaced: ObjectDefinition?
    ) {
        self.key = key
        self.object = object
        self.replaced = replaced
    }

    var change: ConfigurationDifference.Change? {
        .init(from: replaced?.definition, to: object?.definition)
    }

    /// The object in a message.
    var words: String { (object ?? replaced)?.words ?? key.name }
}
