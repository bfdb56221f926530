public import Lifecycle

/// An object of the configuration of an environment, by its definition.
public struct ConfiguredObject: Hashable, Sendable {
    /// What makes it the same object in two configurations.
    public struct Identity: Hashable, Sendable {
        public let kind: ConfiguredKind
        /// The key of the name of its destination; of a data template alone.
        let destination: String?
        let name: String

        init(_ kind: ConfiguredKind, _ name: String, of destination: String? = nil) {
            self.kind = kind
            self.destination = destination.map(Name.key)
            self.name = Name.key(of: name)
        }
    }

    public let kind: ConfiguredKind
    /// The destination that a data template belongs to; nil of any other kind.
    public let destination: String?
    public let name: String
    /// Complete, and in one form: two definitions of the same meaning are equal, but for upper
    /// and lower case of the names in them.
    public let definition: [String: JSONValue]

    /// - Parameter definition: As the view `ferry.configuration` shows it, or a file: what may be
    ///   left out may be absent or null, tables may be in any order and form.
    public init(
        _ kind: ConfiguredKind, destination: String? = nil, name: String,
        definition: [String: JSONValue]
    ) {
        self.kind = kind
        self.destination = destination
        self.name = name
        var whole = kind.defaults.merging(definition.filter { $0.value != .null }) { $1 }
        if kind == .dataExport {
            whole["tables"] = whole["tables"].map(Self.uniform(tables:))
            whole["table_settings"] = whole["table_settings"].map(Self.uniform(tableSettings:))
        }
        self.definition = whole
    }

    public var identity: Identity { Identity(kind, name, of: destination) }

    /// `data template "CSV" of destination "Exchange"`
    public var words: String {
        let own = "\(kind.word) \"\(shown(name))\""
        return destination.map { "\(own) of destination \"\(shown($0))\"" } ?? own
    }

    /// What another object is named by one of the keys; nil when the key does not name one.
    func reference(_ key: String) -> (identity: Identity, name: String)? {
        guard let kind = kind.references[key], case .string(let name)? = definition[key] else {
            return nil
        }
        if kind == .dataTemplate {
            guard case .string(let destination)? = definition["destination"] else { return nil }
            return (Identity(kind, name, of: destination), name)
        }
        return (Identity(kind, name), name)
    }

    /// Whether both mean the same.
    func isSame(as other: ConfiguredObject) -> Bool { folded == other.folded }

    private var folded: [String: JSONValue] {
        definition.merging(
            kind.references.keys.compactMap { key in
                reference(key).map { (key, JSONValue.string(Name.key(of: $0.name))) }
            }
        ) { $1 }
    }

    private static func uniform(tables: JSONValue) -> JSONValue {
        guard case .array(let elements) = tables else { return tables }
        let names = elements.compactMap { element -> TableName? in
            if case .string(let text) = element { TableName(text) } else { nil }
        }
        return .array(Set(names).sorted().map { .string($0.canonical) })
    }

    private static func uniform(tableSettings: JSONValue) -> JSONValue {
        guard case .object(let members) = tableSettings else { return tableSettings }
        var uniform: [String: JSONValue] = [:]
        for (table, json) in members {
            let settings = (try? TableSettings(json))?.json ?? json
            if settings != [:] { uniform[TableName(table)?.canonical ?? table] = settings }
        }
        return .object(uniform)
    }
}
