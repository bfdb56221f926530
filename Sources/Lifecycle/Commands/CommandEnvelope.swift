public import Values

/// A command as it was enqueued.
public struct CommandEnvelope: Hashable, Codable, Sendable {
    /// Also becomes the id of the object that the command creates.
    public let id: Int64
    public let environment: String
    /// The database role that enqueued it.
    public let actor: String
    /// The role that had logged in: its denials count, too.
    public let login: String
    /// For example `create_data_export`.
    public let name: String
    /// An object.
    public let arguments: JSONValue
    /// When it was enqueued, as the database writes it.
    public let enqueuedAt: String?

    enum CodingKeys: String, CodingKey {
        case id, environment, actor, login, name, arguments
        case enqueuedAt = "enqueued_at"
    }

    public init(
        id: Int64, environment: String, actor: String, login: String? = nil, name: String,
        arguments: JSONValue, enqueuedAt: String? = nil
    ) {
        self.id = id
        self.environment = environment
        self.actor = actor
        self.login = login ?? actor
        self.name = name
        self.arguments = arguments
        self.enqueuedAt = enqueuedAt
    }
}
