/// A policy that is granted to a database role, or denied. Members of the role inherit it.
public struct PolicyAssignment: Hashable, Codable, Sendable {
    /// That of the command that first made it.
    public let id: Int64
    /// The name of the role, as in PostgreSQL.
    public let role: String
    public let policy: Policy
    /// Nil for all environments.
    public let environment: String?
    /// Whether it denies what the policy allows, instead of granting it.
    public var isDenial: Bool
    /// Sorted, each once.
    public var options: [PolicyOption]
    public let createdBy: String

    enum CodingKeys: String, CodingKey {
        case id, role, policy, environment
        case isDenial = "denial"
        case options
        case createdBy = "created_by"
    }

    public init(
        id: Int64, role: String, policy: Policy, environment: String?, isDenial: Bool = false,
        options: Set<PolicyOption> = [], createdBy: String
    ) {
        self.id = id
        self.role = role
        self.policy = policy
        self.environment = environment
        self.isDenial = isDenial
        self.options = options.sorted { $0.rawValue < $1.rawValue }
        self.createdBy = createdBy
    }

    func applies(in environment: String) -> Bool {
        self.environment == nil || self.environment == environment
    }

    func has(_ option: PolicyOption) -> Bool { options.contains(option) }
}
