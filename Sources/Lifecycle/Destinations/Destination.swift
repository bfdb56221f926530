public import Values

/// Where deliveries go.
public struct Destination: StoredObject {
    public let id: Int64
    public let environment: String
    public let name: String
    /// One of ``kinds``.
    public let destinationKind: String
    /// The settings of the kind; never a secret.
    public var settings: JSONValue
    public var administratorsOnly: Bool
    public var createdAt: String?
    public let createdBy: String

    /// The kinds there are.
    public static let kinds = ["directory", "postgres", "s3", "sftp"]

    enum CodingKeys: String, CodingKey {
        case id, environment, name
        case destinationKind = "kind"
        case settings
        case administratorsOnly = "administrators_only"
        case createdAt = "created_at"
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, name: String, kind: String, settings: JSONValue,
        administratorsOnly: Bool = false, createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        destinationKind = kind
        self.settings = settings
        self.administratorsOnly = administratorsOnly
        self.createdBy = createdBy
    }

    /// The sandbox in whose quarantine it is; nil in production.
    var sandbox: String? { environment == production ? nil : environment }

    public static let kind = ObjectKind.destination
    public static var table: WritableKeyPath<World, ObjectTable<Destination>> { \.destinations }
    public var uses: [ObjectID] { [] }
}

/// Named file settings of one destination.
public struct DataTemplate: StoredObject {
    public let id: Int64
    public let environment: String
    public let destinationID: Int64
    public let name: String
    public var settings: JSONValue
    public var createdAt: String?
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, environment
        case destinationID = "destination_id"
        case name, settings
        case createdAt = "created_at"
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, destinationID: Int64, name: String, settings: JSONValue,
        createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.destinationID = destinationID
        self.name = name
        self.settings = settings
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.dataTemplate
    public static var table: WritableKeyPath<World, ObjectTable<DataTemplate>> { \.dataTemplates }
    public var scope: Int64 { destinationID }
    public var uses: [ObjectID] { [ObjectID(.destination, destinationID)] }
}
