extension CommandDefinition {
    /// The commands about alerts.
    static let ofAlerts: [CommandDefinition] = [
        Self("create_alert", lane: .alert, key: ["name"], alertArguments),
        Self("edit_alert", lane: .alert, key: ["name"], alertArguments),
        Self("delete_alert", lane: .alert, key: ["name"], ["name": .name]),
        Self("test_alert", lane: .alert, key: ["name"], ["name": .name]),
    ]

    private static let alertArguments: [String: Argument] = [
        "name": .name,
        "on": Argument(.strings, itemsMax: 16),
        "orchestration": .name.optional,
        "credential": .credential.optional,
        "program": Argument(.strings, required: false, itemsMax: 64),
        "runtime_seconds_max": Argument(.integer, required: false),
        "retry_seconds_max": Argument(.integer, required: false),
    ]
}
