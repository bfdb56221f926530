import Values

// Authorization.
extension World {
    /// Adds the policies that apply to a role: its own, and those it inherits.
    public mutating func load(rights: [PolicyAssignment], of role: String) {
        self.rights[RoleName(role)] = rights
    }

    func policies(of author: Author) -> HeldPolicies {
        let actor = RoleName(author.actor)
        let login = RoleName(author.login)
        return HeldPolicies(
            own: rights[actor] ?? [], login: login == actor ? [] : rights[login] ?? [])
    }

    /// - Throws: ``RejectionCode/permissionDenied``.
    func authorize(_ command: String, _ action: Action, _ author: Author) throws(Refusal) {
        let policies = policies(of: author)
        switch policies.permission(for: action, in: author.environment) {
        case .allowed: return
        case .restricted:
            throw .because(
                .permissionDenied,
                "permission denied: \"\(PolicyOption.restrictDataExports.rawValue)\" is set for "
                    + "you",
                hint: "ask an administrator to run it, or to grant the policy without that "
                    + "option")
        case .denied(let denial):
            throw .because(
                .permissionDenied,
                "permission denied: \(command): role \(quoted(denial.role)) is denied "
                    + "\(denial.policy.rawValue)",
                hint: "ask an administrator to revoke the denial with revoke_policy")
        case .notGranted:
            let own = policies.own.filter { $0.applies(in: author.environment) && !$0.isDenial }
                .map(\.policy.rawValue)
            throw .because(
                .permissionDenied,
                "permission denied: \(command) needs \(action.allowedBy) "
                    + "in \(quoted(author.environment)); you have "
                    + (own.isEmpty ? "no policy there" : listed(Set(own).sorted())),
                hint: "ask an administrator to grant it to \(quoted(author.actor)) "
                    + "with grant_policy")
        }
    }

    /// Administrators of a sandbox only cannot make themselves administrators of production.
    ///
    /// - Throws: ``RejectionCode/permissionDenied``.
    func authorizeEverywhere(_ author: Author) throws(Refusal) {
        let everywhere = policies(of: author).filter { $0.environment == nil || $0.isDenial }
        if everywhere.permission(for: .assignPolicies, in: author.environment) == .allowed {
            return
        }
        throw .because(
            .permissionDenied,
            "permission denied: \(author.command) for all environments needs "
                + "\(Action.assignPolicies.allowedBy) in all environments",
            hint: "omit all_environments, or ask an administrator of all environments")
    }

    /// Rejects the use of an administrators-only destination by others.
    ///
    /// - Throws: ``RejectionCode/permissionDenied``.
    func requireUse(of destination: Destination, _ author: Author) throws(Refusal) {
        if !destination.administratorsOnly || isAdministrator(author) { return }
        throw .because(
            .permissionDenied,
            "permission denied: destination \(quoted(destination.name)) is for administrators only",
            hint: "ask an administrator, or choose another destination")
    }

    /// Rejects another destination at the location of an administrators-only one.
    ///
    /// - Parameter former: The destination as it was; nil for a new one. If its location is
    ///   unchanged, nothing is checked.
    /// - Throws: ``RejectionCode/permissionDenied``.
    func requirePlace(
        of destination: Destination, instead former: Destination? = nil, _ author: Author
    ) throws(Refusal) {
        let place = destination.place
        if let former, former.place.isSame(as: place) { return }
        if isAdministrator(author) { return }
        let others = destinations.all.filter {
            $0.environment == destination.environment && $0.id != destination.id
                && $0.administratorsOnly && $0.place.overlaps(place)
        }
        guard let other = others.min(by: { $0.id < $1.id }) else { return }
        throw .because(
            .permissionDenied,
            "permission denied: destination \(quoted(destination.name)) would use the location of "
                + "\(quoted(other.name)), which is for administrators only",
            hint: "ask an administrator, or choose another location")
    }

    /// - Parameter environment: Where; nil for that of the command.
    func isAdministrator(_ author: Author, in environment: String? = nil) -> Bool {
        let policies = policies(of: author).filter { $0.policy == .administrator }
        let environment = environment ?? author.environment
        return policies.permission(for: .configureDatabases, in: environment) == .allowed
    }
}
