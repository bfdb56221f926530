import Values

/// The changes of a sandbox and of production since the last sync: each object that differs.
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

    /// The changes, object by object, that bring production's changes into the sandbox.
    ///
    /// - Parameter side: The side that wins conflicts.
    func pulled(keeping side: Side) -> [ConfigurationTarget] {
        inProduction.filter { difference in
            difference.isConflict ? side == .production : difference.inSandbox == nil
        }.map { ConfigurationTarget($0.key, $0.production, replacing: $0.sandbox) }
    }

    /// The changes, object by object, that bring the sandbox's changes into production.
    func promoted() -> [ConfigurationTarget] {
        inSandbox.map { ConfigurationTarget($0.key, $0.sandbox, replacing: $0.production) }
    }

    /// One side of a merge.
    public enum Side: String, Hashable, Sendable, CaseIterable {
        case sandbox, production
    }
}

/// An object with different definitions in base, production or sandbox.
public struct ConfigurationDifference: Hashable, Sendable {
    public let key: ConfigurationKey
    /// As it was in both at the last sync; nil if it did not exist.
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

    /// Whether both sides changed it differently.
    public var isConflict: Bool {
        inProduction != nil && inSandbox != nil && production?.definition != sandbox?.definition
    }

    var isNone: Bool { inProduction == nil && inSandbox == nil }

    /// The object in a message.
    var words: String { (sandbox ?? production ?? base)?.words ?? key.name }
}

/// The target definition of an object of an environment.
struct ConfigurationTarget: Hashable, Sendable {
    let key: ConfigurationKey
    /// Nil to remove it.
    let object: ObjectDefinition?
    /// Its current definition in the environment.
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
