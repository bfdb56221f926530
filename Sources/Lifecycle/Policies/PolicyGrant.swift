/// What `grant_policy` asks for.
public struct PolicyGrant: Hashable, Sendable {
    /// The name of a role of the database, as PostgreSQL has it.
    public let role: String
    public let policy: Policy
    public let inAllEnvironments: Bool
    /// Whether the policy is denied instead.
    public let isDenial: Bool
    public let options: Set<PolicyOption>

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
                .invalidPolicy, "a denial takes no options",
                hint: "leave the options out, or grant the policy")
        }
        if policy == .user, options.contains(.allowSandboxAdministration) {
            throw Rejection(
                .invalidPolicy,
                "allow_sandbox_administration does not go with \(policy.rawValue)",
                hint: "grant datagrid_operator or datagrid_administrator with it")
        }
    }
}

extension Arguments {
    func policy() throws(Rejection) -> Policy {
        let text = try string("policy")
        if let policy = Policy(rawValue: text) { return policy }
        throw Rejection(
            .invalidPolicy, "there is no policy \(quoted(text))",
            hint: "policies: " + Policy.allCases.map(\.rawValue).joined(separator: ", "))
    }
}
