import Values

// One lane per policy, so that two concurrent commands cannot remove the last administrators.
extension CommandDefinition {
    static let policyCommands: [any Command.Type] = [GrantPolicy.self, RevokePolicy.self]
}

/// Grants a policy, denies it, or changes the options of one that was granted.
struct GrantPolicy: Command {
    static let definition = CommandDefinition(
        "grant_policy", on: .policyAssignment, key: ["policy"],
        [
            "role": .role, "policy": .policy, "all_environments": .flag, "denial": .flag,
            "allow_sandbox_administration": .flag, "restrict_data_exports": .flag,
        ],
        for: .assignPolicies, "Grant a policy to a database role, deny it, or change its options.")

    /// The name of a database role, as in PostgreSQL.
    let role: String
    let policy: Policy
    let inAllEnvironments: Bool
    /// Whether the policy is denied instead.
    let isDenial: Bool
    let options: Set<PolicyOption>

    init(_ given: Arguments) throws(Rejection) {
        role = try given.string("role")
        policy = try given.policy()
        inAllEnvironments = try given.boolean("all_environments")
        isDenial = try given.boolean("denial")
        var options: Set<PolicyOption> = []
        for option in PolicyOption.allCases where try given.boolean(option.rawValue) {
            options.insert(option)
        }
        self.options = options
        try check()
    }

    private func check() throws(Rejection) {
        if isDenial, !options.isEmpty {
            throw Rejection(
                .invalidPolicy, "a denial cannot have options",
                hint: "omit the options, or grant the policy")
        }
        if policy == .user, options.contains(.allowSandboxAdministration) {
            throw Rejection(
                .invalidPolicy,
                "\(policy.rawValue) does not support allow_sandbox_administration",
                hint: "grant datagrid_operator or datagrid_administrator instead")
        }
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        if inAllEnvironments { try world.authorizeEverywhere(author) }
        let fact = Fact.role(RoleName(self.role))
        guard let role = world.facts[fact] else { throw .needs(fact) }
        if case .failed(let reason) = role {
            throw .because(
                .notFound, reason, hint: "create it in PostgreSQL first: create role …")
        }
        let environment = inAllEnvironments ? nil : author.environment
        let existing = world.assignment(of: policy, to: self.role, in: environment)
        let assignment = PolicyAssignment(
            id: existing?.id ?? author.id, role: self.role, policy: policy,
            environment: environment, isDenial: isDenial, options: options,
            createdBy: existing?.createdBy ?? author.actor)
        if existing == assignment { return [] }
        var changed = world.assignments
        changed[assignment.id] = assignment
        if policy == .administrator {
            try world.requireAdministrator(in: changed, instead: "deny \(policy.rawValue) to")
        }
        world.assignments = changed
        world.savedAssignments.insert(assignment.id)
        world.revokedAssignments.remove(assignment.id)
        world.recordVersion(of: assignment, author)
        return [Event(.policyGranted, assignment, author)]
    }
}

struct RevokePolicy: Command {
    static let definition = CommandDefinition(
        "revoke_policy", on: .policyAssignment, key: ["policy"],
        ["role": .role, "policy": .policy, "all_environments": .flag], for: .assignPolicies,
        "Revoke a policy or a denial from a role.")

    let role: String
    let policy: Policy
    let inAllEnvironments: Bool

    init(_ given: Arguments) throws(Rejection) {
        role = try given.string("role")
        policy = try given.policy()
        inAllEnvironments = try given.boolean("all_environments")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        if inAllEnvironments { try world.authorizeEverywhere(author) }
        let environment = inAllEnvironments ? nil : author.environment
        guard let assignment = world.assignment(of: policy, to: role, in: environment) else {
            let place = environment.map { "in \(quoted($0))" } ?? "for all environments"
            throw .because(
                .notFound, "role \(quoted(role)) has no \(policy.rawValue) \(place)",
                hint: "list all: select * from \(ObjectKind.policyAssignment.view)")
        }
        var changed = world.assignments
        changed[assignment.id] = nil
        if policy == .administrator {
            try world.requireAdministrator(in: changed, instead: "revoke \(policy.rawValue) from")
        }
        world.assignments = changed
        world.savedAssignments.remove(assignment.id)
        world.revokedAssignments.insert(assignment.id)
        world.recordVersion(of: assignment, isRevoked: true, author)
        return [Event(.policyRevoked, assignment, author)]
    }
}

extension Arguments {
    fileprivate func policy() throws(Rejection) -> Policy {
        let text = try string("policy")
        if let policy = Policy(rawValue: text) { return policy }
        throw Rejection(
            .invalidPolicy, "unknown policy \(quoted(text))",
            hint: "policies: " + Policy.allCases.map(\.rawValue).joined(separator: ", "))
    }
}

extension World {
    /// Adds an assignment as it is in the database.
    public mutating func load(_ assignment: PolicyAssignment) {
        assignments[assignment.id] = assignment
    }

    fileprivate func assignment(
        of policy: Policy, to role: String, in environment: String?
    ) -> PolicyAssignment? {
        assignments.values.first {
            $0.policy == policy && RoleName($0.role) == RoleName(role)
                && $0.environment == environment
        }
    }

    /// Without one, no role could ever grant anything again.
    fileprivate func requireAdministrator(
        in assignments: [Int64: PolicyAssignment], instead change: String
    ) throws(Refusal) {
        let hasOne = assignments.values.contains {
            $0.policy == .administrator && $0.environment == nil && !$0.isDenial
        }
        if hasOne { return }
        throw .because(
            .lastAdministrator,
            "cannot \(change) the last administrator of all environments",
            hint: "grant datagrid_administrator to another role first, for all environments")
    }
}

extension Event {
    init(_ kind: EventKind, _ assignment: PolicyAssignment, _ author: Author) {
        self.kind = kind
        objectKind = .policyAssignment
        objectID = assignment.id
        objectName = assignment.role
        run = nil
        environment = author.environment
        details = [
            "policy": .string(assignment.policy.rawValue),
            "environment": assignment.environment.map { .string($0) } ?? "all",
            "denial": .bool(assignment.isDenial),
            "options": .array(assignment.options.map { .string($0.rawValue) }),
        ]
    }
}
