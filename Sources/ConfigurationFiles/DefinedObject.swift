public import Values

/// An object of a configuration, and its definition.
public struct DefinedObject: Hashable, Sendable {
    /// Identifies the same object in two configurations.
    public struct Identity: Hashable, Sendable {
        public let kind: ConfiguredKind
        /// The key of its destination's name; only for data templates.
        let destination: String?
        let name: String

        init(_ kind: ConfiguredKind, _ name: String, of destination: String? = nil) {
            self.kind = kind
            self.destination = destination.map(Name.key)
            self.name = Name.key(of: name)
        }
    }

    public let kind: ConfiguredKind
    /// The destination that a data template belongs to; nil for other kinds.
    public let destination: String?
    public let name: String
    /// Complete and canonical: two definitions of the same meaning are equal, except for the case
    /// of names in them.
    public let definition: [String: JSONValue]

    /// - Parameter definition: As in the view `ferry.configuration`, or in a file: optional keys
    ///   may be absent or null, tables may be in any order and form.
    public init(
        _ kind: ConfiguredKind, destination: String? = nil, name: String,
        definition: [String: JSONValue]
    ) {
        self.kind = kind
        self.destination = destination
        self.name = name
        let given = Self.uniform(kind, definition.filter { $0.value != .null })
        self.definition = kind.defaults(for: given).merging(given) { $1 }
    }

    public var identity: Identity { Identity(kind, name, of: destination) }

    /// `data template "CSV" of destination "Exchange"`
    public var words: String {
        let own = "\(kind.word) \"\(shown(name))\""
        return destination.map { "\(own) of destination \"\(shown($0))\"" } ?? own
    }

    /// The definition without defaults.
    var written: [String: JSONValue] {
        let defaults = kind.defaults(for: definition)
        return definition.filter { $0.value != defaults[$0.key] }
    }

    /// The other objects that one of the keys names, in order; empty if there are none.
    func references(_ key: String) -> [(identity: Identity, name: String)] {
        guard let kind = kind.references[key], let value = definition[key] else { return [] }
        var names: [String] = []
        switch value {
        case .string(let name): names = [name]
        case .array(let elements):
            for case .string(let name) in elements { names.append(name) }
        default: break
        }
        guard kind == .dataTemplate else { return names.map { (Identity(kind, $0), $0) } }
        guard case .string(let destination)? = definition["destination"] else { return [] }
        return names.map { (Identity(kind, $0, of: destination), $0) }
    }

    /// Whether both have the same meaning.
    func isSame(as other: DefinedObject) -> Bool { folded == other.folded }

    private var folded: [String: JSONValue] {
        definition.merging(
            kind.references.keys.filter { definition[$0] != nil }.map { key in
                (key, .array(references(key).map { .string(Name.key(of: $0.name)) }))
            }
        ) { $1 }
    }
}
