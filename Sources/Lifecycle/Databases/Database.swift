/// A registered source database.
public struct Database: StoredObject {
    public let id: Int64
    public let environment: String
    public let name: String
    /// The name of the credential of kind `postgres` that workers read it with.
    public var credential: String
    /// As the database writes it; nil until it has been saved.
    public var createdAt: String?
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, environment, name, credential
        case createdAt = "created_at"
        case createdBy = "created_by"
    }

    public init(
        id: Int64, environment: String, name: String, credential: String, createdBy: String
    ) {
        self.id = id
        self.environment = environment
        self.name = name
        self.credential = credential
        self.createdBy = createdBy
    }

    public static let kind = ObjectKind.database
    public static var table: WritableKeyPath<World, ObjectTable<Database>> { \.databases }
    public var uses: [ObjectID] { [] }
}
