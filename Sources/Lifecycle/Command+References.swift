extension Command {
    /// The objects that the command names: load them, where they exist, before deciding it.
    public func references(in environment: String) -> [Reference] {
        func one(_ kind: ObjectKind, _ name: Name) -> Reference {
            Reference(kind: kind, environment: environment, key: name.key)
        }
        func template(_ destination: Name, _ name: Name) -> Reference {
            Reference(
                kind: .dataTemplate, environment: environment,
                key: destination.key + Reference.separator + name.key)
        }
        switch self {
        case .registerDatabase(let name, _), .editDatabase(let name, _),
            .unregisterDatabase(let name):
            return [one(.database, name)]
        case .createDataExport(let name, let database, _),
            .editDataExport(let name, let database, _):
            guard let database else { return [one(.dataExport, name)] }
            return [one(.dataExport, name), one(.database, database)]
        case .switchDatabase(let name, let database, _):
            return [one(.dataExport, name), one(.database, database)]
        case .addTables(let name, _), .removeTables(let name, _), .editTable(let name, _, _),
            .activateDataExport(let name), .rollBackDataExport(let name, _),
            .discardDraft(let name), .deleteDataExport(let name):
            return [one(.dataExport, name)]
        case .createDestination(let name, _, _, _), .editDestination(let name, _, _, _),
            .deleteDestination(let name), .testDestination(let name):
            return [one(.destination, name)]
        case .createDataTemplate(let destination, let name, _),
            .editDataTemplate(let destination, let name, _),
            .deleteDataTemplate(let destination, let name):
            return [one(.destination, destination), template(destination, name)]
        case .addOrchestration(let export, let destination, let dataTemplate, let name):
            return [
                one(.dataExport, export), one(.destination, destination),
                template(destination, dataTemplate), one(.orchestration, name ?? export),
            ]
        case .editOrchestration(let name, let export, let destination, let dataTemplate):
            var references = [one(.orchestration, name)]
            if let export { references.append(one(.dataExport, export)) }
            if let destination { references.append(one(.destination, destination)) }
            if let dataTemplate {
                references.append(
                    destination.map { template($0, dataTemplate) }
                        ?? Reference(allDataTemplatesIn: environment))
            }
            return references
        case .deleteOrchestration(let name), .runOrchestration(let name), .planRun(let name):
            return [one(.orchestration, name)]
        case .alert(let command):
            let (alert, orchestration) = command.names
            return [one(.alert, alert)]
                + (orchestration.map { [one(.orchestration, $0)] } ?? [])
        case .group(let name, let command):
            return command.references(name, in: environment)
        case .createSandbox(let name, _), .pullSandbox(let name, _),
            .promoteSandbox(let name, _, _), .deleteSandbox(let name, _):
            return [one(.sandbox, name)]
        case .changeSetting(let setting, _):
            return [Reference(kind: .setting, environment: environment, key: setting.rawValue)]
        case .grantPolicy(let grant):
            return [Reference(policy: grant.policy, environment)]
        case .revokePolicy(let policy, _, _):
            return [Reference(policy: policy, environment)]
        case .stopRun(let run), .abandonRun(let run, _, _):
            return [Reference(kind: .run, environment: environment, key: String(run))]
        case .retryRun(let run), .restartRun(let run), .skipTask(let run, _):
            return [Reference(runToResolve: run, environment)]
        }
    }
}

extension Reference {
    /// All templates of the destinations that are loaded: which destination it is depends on the
    /// orchestration.
    fileprivate init(allDataTemplatesIn environment: String) {
        self.init(kind: .dataTemplate, environment: environment, key: Reference.separator)
    }

    /// With what a resolution of it depends on.
    fileprivate init(runToResolve id: Int64, _ environment: String) {
        self.init(kind: .run, environment: environment, key: "\(id)\(Reference.separator)")
    }

    /// All assignments are loaded for it.
    fileprivate init(policy: Policy, _ environment: String) {
        self.init(kind: .policyAssignment, environment: environment, key: policy.rawValue)
    }
}
