// Granting and revoking policies.
extension World {
    /// Adds an assignment as it is in the database.
    public mutating func load(_ assignment: PolicyAssignment) {
        assignments[assignment.id] = assignment
    }

    /// Grants a policy, denies it, or changes the options of one that was granted.
    mutating func grantPolicy(_ grant: PolicyGrant, _ author: Author) throws(Refusal) -> [Event] {
        if grant.inAllEnvironments { try authorizeEverywhere(author) }
        let fact = Fact.role(RoleName(grant.role))
        guard let role = facts[fact] else { throw .needs(fact) }
        if case .failed(let reason) = role {
            throw .because(
                .notFound, reason, hint: "create it in PostgreSQL first: create role …")
        }
        let environment = grant.inAllEnvironments ? nil : author.environment
        let existing = assignment(of: grant.policy, to: grant.role, in: environment)
        let assignment = PolicyAssignment(
            id: existing?.id ?? author.id, role: grant.role, policy: grant.policy,
            environment: environment, isDenial: grant.isDenial, options: grant.options,
            createdBy: existing?.createdBy ?? author.actor)
        if existing == assignment { return [] }
        var changed = assignments
        changed[assignment.id] = assignment
        if grant.policy == .administrator {
            try requireAdministrator(in: changed, instead: "deny \(grant.policy.rawValue) to")
        }
        assignments = changed
        savedAssignments.insert(assignment.id)
        revokedAssignments.remove(assignment.id)
        recordVersion(of: assignment, author)
        return [Event(.policyGranted, assignment, author)]
    }

    mutating func revokePolicy(
        _ policy: Policy, of role: String, inAllEnvironments: Bool, _ author: Author
    ) throws(Refusal) -> [Event] {
        if inAllEnvironments { try authorizeEverywhere(author) }
        let environment = inAllEnvironments ? nil : author.environment
        guard let assignment = assignment(of: policy, to: role, in: environment) else {
            let place = environment.map { "in \(quoted($0))" } ?? "for all environments"
            throw .because(
                .notFound, "role \(quoted(role)) has no \(policy.rawValue) \(place)",
                hint: "see what there is: select * from \(ObjectKind.policyAssignment.view)")
        }
        var changed = assignments
        changed[assignment.id] = nil
        if policy == .administrator {
            try requireAdministrator(in: changed, instead: "revoke \(policy.rawValue) from")
        }
        assignments = changed
        savedAssignments.remove(assignment.id)
        revokedAssignments.insert(assignment.id)
        recordVersion(of: assignment, isRevoked: true, author)
        return [Event(.policyRevoked, assignment, author)]
    }

    private func assignment(
        of policy: Policy, to role: String, in environment: String?
    ) -> PolicyAssignment? {
        assignments.values.first {
            $0.policy == policy && RoleName($0.role) == RoleName(role)
                && $0.environment == environment
        }
    }

    /// Nobody could ever grant anything again without one.
    private func requireAdministrator(
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
