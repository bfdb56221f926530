/// The policies that decide whether a command is allowed.
struct HeldPolicies {
    /// Those of the actor, the role that sent the command.
    var own: [PolicyAssignment]
    /// Those of the role that had logged in, where it is another. They grant nothing, but denials
    /// of both roles apply.
    var login: [PolicyAssignment] = []

    /// Whether they allow an action in an environment: a denial takes precedence, and without a
    /// match nothing is allowed.
    func permission(for action: Action, in environment: String) -> Permission {
        let own = own.filter { $0.applies(in: environment) }
        let limiting = own + login.filter { $0.applies(in: environment) }
        let denial = limiting.first {
            $0.isDenial && ($0.policy.allows(action) || $0.policy.allowsWithOption(action))
        }
        if let denial { return .denied(denial) }
        if action == .run || action == .orchestrate,
            limiting.contains(where: { $0.has(.restrictDataExports) })
        {
            return .restricted
        }
        let isAllowed = own.contains {
            !$0.isDenial
                && ($0.policy.allows(action)
                    || $0.policy.allowsWithOption(action) && $0.has(.allowSandboxAdministration))
        }
        return isAllowed ? .allowed : .notGranted
    }

    func filter(_ isIncluded: (PolicyAssignment) -> Bool) -> HeldPolicies {
        HeldPolicies(own: own.filter(isIncluded), login: login.filter(isIncluded))
    }
}

/// Whether an action is allowed.
enum Permission: Hashable {
    case allowed
    /// No assignment allows it.
    case notGranted
    /// This assignment denies it.
    case denied(PolicyAssignment)
    /// `restrict_data_exports` is set.
    case restricted
}
