/// A policy that a database role was given, or is denied. The members of the role inherit it.
public struct PolicyAssignment: Hashable, Codable, Sendable {
    /// That of the command that first made it.
    public let id: Int64
    /// The name of the role, as PostgreSQL has it.
    public let role: String
    public let policy: Policy
    /// Nil for all environments.
    public let environment: String?
    /// Whether it takes away what the policy allows, instead of giving it.
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

/// Whether somebody may do something.
enum Permission: Hashable {
    case allowed
    /// No assignment allows it.
    case notGranted
    /// This assignment takes it away.
    case denied(PolicyAssignment)
    /// `restrict_data_exports` is set.
    case restricted
}

extension Sequence<PolicyAssignment> {
    /// What these assignments, all those of one actor, say of an action in an environment: a denial
    /// wins, and without a match nothing is allowed.
    func permission(for action: Action, in environment: String) -> Permission {
        let matching = filter { $0.applies(in: environment) }
        let denials = matching.filter(\.isDenial)
        if let denial = denials.first(where: {
            $0.policy.allows(action) || $0.policy.allowsWithOption(action)
        }) {
            return .denied(denial)
        }
        if action == .run || action == .orchestrate,
            matching.contains(where: { $0.has(.restrictDataExports) })
        {
            return .restricted
        }
        let isAllowed = matching.contains {
            !$0.isDenial
                && ($0.policy.allows(action)
                    || $0.policy.allowsWithOption(action) && $0.has(.allowSandboxAdministration))
        }
        return isAllowed ? .allowed : .notGranted
    }
}
