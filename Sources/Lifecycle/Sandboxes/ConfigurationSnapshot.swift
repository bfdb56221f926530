public import Values

/// The key of an object of a configuration. It is the same in every environment.
public struct ConfigurationKey: Hashable, Sendable {
    public let kind: ObjectKind
    /// Of a data template the ``Name/key`` of its destination, else empty.
    public let destination: String
    /// The ``Name/key`` of its name.
    public let name: String
}

/// An object of a configuration and its definition, without ids, times or actors, and with other
/// objects by name.
public struct ObjectDefinition: Hashable, Codable, Sendable {
    public let kind: ObjectKind
    /// Of a data template the name of its destination.
    public let destination: String?
    public let name: String
    /// An object; its keys depend on the kind.
    public let definition: JSONValue

    public init(
        _ kind: ObjectKind, _ name: String, destination: String? = nil, _ definition: JSONValue
    ) {
        self.kind = kind
        self.destination = destination
        self.name = name
        self.definition = definition
    }

    public var key: ConfigurationKey {
        ConfigurationKey(
            kind: kind, destination: destination.map(Name.key) ?? "", name: Name.key(of: name))
    }

    /// The object in a message: `export "Daily"`, `data template "csv" of "Lake"`.
    var words: String {
        "\(kind.word) \(quoted(name))" + (destination.map { " of \(quoted($0))" } ?? "")
    }
}

/// The configuration of an environment: each object that has a definition.
///
/// In JSON an array of ``ObjectDefinition``s, sorted.
public struct ConfigurationSnapshot: Hashable, Sendable {
    private var byKey: [ConfigurationKey: ObjectDefinition] = [:]

    public init(_ objects: some Sequence<ObjectDefinition> = []) {
        for object in objects { byKey[object.key] = object }
    }

    public subscript(key: ConfigurationKey) -> ObjectDefinition? { byKey[key] }

    public var keys: some Collection<ConfigurationKey> { byKey.keys }
    public var count: Int { byKey.count }

    /// Sorted: objects before those that refer to them, then by name.
    public var objects: [ObjectDefinition] {
        byKey.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension ConfigurationSnapshot: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try [ObjectDefinition](from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try objects.encode(to: encoder)
    }
}

extension ConfigurationKey: Comparable {
    /// The kinds that have definitions, each after those that it refers to.
    static let kinds: [ObjectKind] = [
        .database, .destination, .dataTemplate, .dataExport, .orchestration, .orchestrationGroup,
    ]

    /// Objects are made in this order, and removed in the opposite one.
    var rank: Int { Self.kinds.firstIndex(of: kind) ?? Self.kinds.count }

    public static func < (one: Self, other: Self) -> Bool {
        (one.rank, one.destination, one.name) < (other.rank, other.destination, other.name)
    }
}
