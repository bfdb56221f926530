/// What a database role may do. Assigned by the command `grant_policy`.
public enum Policy: String, Codable, Hashable, Sendable, CaseIterable {
    /// Everything but administering sandboxes, which is an option.
    case administrator = "datagrid_administrator"
    /// Destinations, data templates, orchestrations, runs, and sandboxes of one's own.
    case `operator` = "datagrid_operator"
    /// Orchestrations and runs.
    case user = "amp360_user"

    /// Whether the policy allows an action without options.
    func allows(_ action: Action) -> Bool {
        switch (self, action) {
        case (_, .view), (_, .orchestrate), (_, .run): true
        case (.administrator, .configureDatabases), (.administrator, .configureDataExports),
            (.administrator, .assignPolicies), (.administrator, .changeSettings),
            (.administrator, .abandonRun):
            true
        case (.administrator, .configureDestinations), (.operator, .configureDestinations): true
        case (.administrator, .createSandbox), (.operator, .createSandbox): true
        default: false
        }
    }

    /// Whether the policy allows an action with the option `allow_sandbox_administration`.
    func allowsWithOption(_ action: Action) -> Bool {
        self != .user && action == .administerSandboxes
    }
}

/// The options of a policy.
public enum PolicyOption: String, Codable, Hashable, Sendable, CaseIterable {
    /// To pull, promote and delete any sandbox.
    case allowSandboxAdministration = "allow_sandbox_administration"
    /// Denies running and orchestrating, whatever else is granted.
    case restrictDataExports = "restrict_data_exports"
}

/// The actions that policies allow.
public enum Action: String, Codable, Hashable, Sendable, CaseIterable {
    case view
    case configureDatabases = "configure_databases"
    case configureDataExports = "configure_data_exports"
    /// Destinations, data templates, and alerts, which send to the outside too.
    case configureDestinations = "configure_destinations"
    /// Orchestrations and groups, among them adding a data export.
    case orchestrate
    /// Running, planning, stopping and resolving runs.
    case run
    /// Ending a run that cannot finish publishing.
    case abandonRun = "abandon_run"
    /// And to delete one's own.
    case createSandbox = "create_sandbox"
    case administerSandboxes = "administer_sandboxes"
    case assignPolicies = "assign_policies"
    case changeSettings = "change_settings"

    /// The policies that allow it, in words, for a message.
    var allowedBy: String {
        let names = Policy.allCases.filter { $0.allows(self) || $0.allowsWithOption(self) }
            .map(\.rawValue)
        let option =
            self == .administerSandboxes
            ? "the option \(PolicyOption.allowSandboxAdministration.rawValue) of " : ""
        return option + names.joined(separator: " or ")
    }
}
