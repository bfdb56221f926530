extension Command {
    /// What the command's sender must be allowed to do.
    var action: Action {
        switch self {
        case .registerDatabase, .unregisterDatabase: .configureDatabases
        case .createDataExport, .editDataExport, .editTable, .addTables, .removeTables,
            .switchDatabase, .activateDataExport, .discardDraft, .deleteDataExport:
            .configureDataExports
        case .createDestination, .deleteDestination, .testDestination, .createDataTemplate,
            .deleteDataTemplate:
            .configureDestinations
        case .addOrchestration, .deleteOrchestration: .orchestrate
        case .runOrchestration, .planRun, .stopRun: .run
        case .grantPolicy, .revokePolicy: .assignPolicies
        }
    }
}
