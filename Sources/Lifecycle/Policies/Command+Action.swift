extension Command {
    /// What the command's sender must be allowed to do.
    var action: Action {
        switch self {
        case .registerDatabase, .editDatabase, .unregisterDatabase: .configureDatabases
        case .createDataExport, .editDataExport, .editTable, .addTables, .removeTables,
            .switchDatabase, .activateDataExport, .rollBackDataExport, .discardDraft,
            .deleteDataExport:
            .configureDataExports
        case .createDestination, .editDestination, .deleteDestination, .testDestination,
            .createDataTemplate, .editDataTemplate, .deleteDataTemplate,
            .alert:
            .configureDestinations
        case .addOrchestration, .editOrchestration, .deleteOrchestration: .orchestrate
        case .runOrchestration, .planRun, .stopRun, .retryRun, .restartRun, .skipTask: .run
        case .abandonRun: .abandonRun
        case .group(_, .run): .run
        case .group: .orchestrate
        // Deleting that of somebody else needs more.
        case .createSandbox, .deleteSandbox: .createSandbox
        case .pullSandbox, .promoteSandbox: .administerSandboxes
        case .changeSetting: .changeSettings
        case .grantPolicy, .revokePolicy: .assignPolicies
        }
    }
}
