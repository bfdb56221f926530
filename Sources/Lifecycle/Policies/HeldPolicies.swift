/// The policies that count when a command is judged.
struct HeldPolicies {
    /// Those of the actor, the role that sent the command.
    var own: [PolicyAssignment]
    /// Those of the role that had logged in, where it is another. They allow nothing: a user who
    /// acts in another role is bound by what either is denied.
    var login: [PolicyAssignment] = []

    /// What they say of an action in an environment: a denial wins, and without a match nothing is
    /// allowed.
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
