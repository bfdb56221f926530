/// A command whose arguments are complete and well-formed; whether it may be applied depends on
/// the world.
public enum Command: Hashable, Sendable {
    case registerDatabase(name: Name, credential: String)
    case editDatabase(name: Name, credential: String)
    case unregisterDatabase(name: Name)

    case createDataExport(name: Name, database: Name?, tables: TableSelection?)
    /// Without `database` and `tables` it only opens the draft.
    case editDataExport(name: Name, database: Name?, tables: TableSelection?)
    /// Tables that are there already stay there; when all are, nothing changes.
    case addTables(name: Name, tables: TableSelection)
    case removeTables(name: Name, tables: TableSelection)
    /// Empty settings remove those of the table.
    case editTable(name: Name, table: TableName, settings: TableSettings)
    /// Without `tables`, those of the former database are dropped.
    case switchDatabase(name: Name, database: Name, tables: TableSelection?)
    case activateDataExport(name: Name)
    /// Makes what a version was active again, as a new version.
    case rollBackDataExport(name: Name, version: Int64)
    /// An export that was never activated disappears with its draft.
    case discardDraft(name: Name)
    case deleteDataExport(name: Name)

    case createDestination(name: Name, kind: String, settings: JSONValue, administratorsOnly: Bool)
    /// What is nil stays as it is. A `kind` must be the one that it has.
    case editDestination(
        name: Name, kind: String?, settings: JSONValue?, administratorsOnly: Bool?)
    case deleteDestination(name: Name)
    /// Changes nothing: it is applied when the test passes.
    case testDestination(name: Name)
    case createDataTemplate(destination: Name, name: Name, settings: JSONValue)
    case editDataTemplate(destination: Name, name: Name, settings: JSONValue)
    case deleteDataTemplate(destination: Name, name: Name)

    /// Without `name` it is called like the export.
    case addOrchestration(dataExport: Name, destination: Name, dataTemplate: Name, name: Name?)
    /// What is nil stays as it is. Without `destination`, the template is one of the destination
    /// that it has.
    case editOrchestration(
        name: Name, dataExport: Name?, destination: Name?, dataTemplate: Name?)
    case deleteOrchestration(name: Name)
    case runOrchestration(name: Name)
    /// Of an orchestration: what a run of it would write.
    case planRun(name: Name)
    case stopRun(run: Int64)
    /// Of a run that failed: with what it was started with.
    case retryRun(run: Int64)
    /// Of a run that failed: with today's configuration of its orchestration.
    case restartRun(run: Int64)
    /// Of a run that failed: with what it was started with, but without a table.
    case skipTask(run: Int64, table: TableName)
    /// Of a run that is publishing. `confirm` must be the name of its orchestration.
    case abandonRun(run: Int64, confirm: String, reason: String)

    case alert(AlertCommand)

    /// Of an orchestration group, by its name.
    case group(Name, GroupCommand)

    /// The description is empty when none is given.
    case createSandbox(name: Name, description: String)
    /// Without `keep` it is rejected where both sides changed an object.
    case pullSandbox(name: Name, keep: ConfigurationMerge.Side?)
    case promoteSandbox(name: Name, message: String, delete: Bool)
    /// `confirm` must be the name again.
    case deleteSandbox(name: Name, confirm: String)
    /// The value is one of the setting's.
    case changeSetting(Setting, value: String)

    case grantPolicy(PolicyGrant)
    case revokePolicy(policy: Policy, role: String, inAllEnvironments: Bool)

    /// Reads a command.
    ///
    /// - Parameter arguments: An object; a null is an absent argument.
    /// - Throws: A ``Rejection`` that names the argument, the rule and what is allowed.
    public init(name: String, arguments: JSONValue) throws(Rejection) {
        guard let definition = CommandDefinition.named(name) else {
            throw Rejection(
                .unknownCommand, "there is no command \(quoted(name))",
                hint: "commands: " + CommandDefinition.all.map(\.command).joined(separator: ", "))
        }
        let given = try Arguments(of: definition, arguments)
        switch definition.lane {
        case .database: self = try Command.ofDatabase(name, given)
        case .dataExport: self = try Command.ofDataExport(name, given)
        case .destination, .dataTemplate: self = try Command.ofDestination(name, given)
        case .orchestration: self = try Command.ofOrchestration(name, given)
        case .run: self = try Command.ofRun(name, given)
        case .alert: self = .alert(try AlertCommand(name, given))
        case .orchestrationGroup: self = try Command.ofGroup(name, given)
        case .sandbox: self = try Command.ofSandbox(name, given)
        case .setting:
            let setting = try Setting(given)
            self = .changeSetting(setting, value: try setting.value(given))
        case .policyAssignment:
            self =
                name == "grant_policy"
                ? .grantPolicy(try PolicyGrant(given))
                : .revokePolicy(
                    policy: try given.policy(), role: try given.string("role"),
                    inAllEnvironments: try given.boolean("all_environments"))
        }
    }

    private static func ofDatabase(
        _ command: String, _ given: Arguments
    ) throws(Rejection) -> Command {
        let name = try given.name("name", of: .database)
        if command == "unregister_database" { return .unregisterDatabase(name: name) }
        let credential = try given.credential(of: "database \(quoted(name.text))")
        return command == "edit_database"
            ? .editDatabase(name: name, credential: credential)
            : .registerDatabase(name: name, credential: credential)
    }

    private static func ofDataExport(
        _ command: String, _ given: Arguments
    ) throws(Rejection) -> Command {
        if command == "create_data_export" {
            return .createDataExport(
                name: try given.newDataExportName(),
                database: try given.optionalName("database", of: .database),
                tables: try given.optionalTables("tables"))
        }
        let name = try given.name("name", of: .dataExport)
        switch command {
        case "edit_data_export":
            return .editDataExport(
                name: name, database: try given.optionalName("database", of: .database),
                tables: try given.optionalTables("tables"))
        case "add_tables":
            return .addTables(name: name, tables: try given.tables("tables"))
        case "remove_tables":
            return .removeTables(name: name, tables: try given.tables("tables"))
        case "edit_table": return try editTable(name, given)
        case "switch_database":
            return .switchDatabase(
                name: name, database: try given.name("database", of: .database),
                tables: try given.optionalTables("tables"))
        case "activate_data_export": return .activateDataExport(name: name)
        case "roll_back_data_export":
            return .rollBackDataExport(name: name, version: try given.integer("version"))
        case "discard_draft": return .discardDraft(name: name)
        default: return .deleteDataExport(name: name)
        }
    }

    private static func editTable(
        _ name: Name, _ given: Arguments
    ) throws(Rejection) -> Command {
        let table = try given.table("table")
        let settings = try given.object("settings")
        do throws(InvalidTableSettings) {
            return .editTable(name: name, table: table, settings: try TableSettings(settings))
        } catch {
            throw Rejection(
                .invalidTableSettings,
                "settings of table \(quoted(table.canonical)): \(error.message)",
                hint: error.hint)
        }
    }

    private static func ofDestination(
        _ command: String, _ given: Arguments
    ) throws(Rejection) -> Command {
        switch command {
        case "create_destination":
            return .createDestination(
                name: try given.name("name", of: .destination),
                kind: try destinationKind(try given.string("kind")),
                settings: try given.object("settings"),
                administratorsOnly: try given.boolean("administrators_only"))
        case "edit_destination":
            return .editDestination(
                name: try given.name("name", of: .destination),
                kind: given.has("kind") ? try destinationKind(try given.string("kind")) : nil,
                settings: given.has("settings") ? try given.object("settings") : nil,
                administratorsOnly: given.has("administrators_only")
                    ? try given.boolean("administrators_only") : nil)
        case "delete_destination":
            return .deleteDestination(name: try given.name("name", of: .destination))
        case "test_destination":
            return .testDestination(name: try given.name("name", of: .destination))
        default:
            return try ofDataTemplate(command, given)
        }
    }

    private static func ofDataTemplate(
        _ command: String, _ given: Arguments
    ) throws(Rejection) -> Command {
        let destination = try given.name("destination", of: .destination)
        let name = try given.name("name", of: .dataTemplate)
        switch command {
        case "create_data_template":
            return .createDataTemplate(
                destination: destination, name: name, settings: try given.object("settings"))
        case "edit_data_template":
            return .editDataTemplate(
                destination: destination, name: name, settings: try given.object("settings"))
        default:
            return .deleteDataTemplate(destination: destination, name: name)
        }
    }

    private static func destinationKind(_ kind: String) throws(Rejection) -> String {
        if Destination.kinds.contains(kind) { return kind }
        throw Rejection(
            .unknownDestinationKind, "there is no destination kind \(quoted(kind))",
            hint: "kinds: " + Destination.kinds.joined(separator: ", "))
    }

    private static func ofOrchestration(
        _ command: String, _ given: Arguments
    ) throws(Rejection) -> Command {
        switch command {
        case "add_orchestration":
            return .addOrchestration(
                dataExport: try given.name("data_export", of: .dataExport),
                destination: try given.name("destination", of: .destination),
                dataTemplate: try given.name("data_template", of: .dataTemplate),
                name: try given.optionalName("name", of: .orchestration))
        case "edit_orchestration":
            return .editOrchestration(
                name: try given.name("name", of: .orchestration),
                dataExport: try given.optionalName("data_export", of: .dataExport),
                destination: try given.optionalName("destination", of: .destination),
                dataTemplate: try given.optionalName("data_template", of: .dataTemplate))
        case "delete_orchestration":
            return .deleteOrchestration(name: try given.name("name", of: .orchestration))
        case "run_orchestration":
            return .runOrchestration(name: try given.name("name", of: .orchestration))
        default:
            return .planRun(name: try given.name("name", of: .orchestration))
        }
    }

    private static func ofRun(_ command: String, _ given: Arguments) throws(Rejection) -> Command {
        let run = try given.integer("run")
        switch command {
        case "stop_run": return .stopRun(run: run)
        case "retry_run": return .retryRun(run: run)
        case "restart_run": return .restartRun(run: run)
        case "abandon_run":
            return .abandonRun(
                run: run, confirm: try given.string("confirm"),
                reason: try given.text("reason", hint: "say in a few words why it is abandoned"))
        default: return .skipTask(run: run, table: try given.table("table"))
        }
    }

    private static func ofSandbox(
        _ command: String, _ given: Arguments
    ) throws(Rejection) -> Command {
        if command == "create_sandbox" {
            return .createSandbox(
                name: try given.newSandboxName(),
                description: given["description"] == nil ? "" : try given.string("description"))
        }
        let name = try given.name("name", of: .sandbox)
        switch command {
        case "pull_sandbox": return .pullSandbox(name: name, keep: try given.keep())
        case "promote_sandbox":
            return .promoteSandbox(
                name: name,
                message: try given.text(
                    "message", hint: "say in a few words why production changes"),
                delete: try given.boolean("delete"))
        default: return .deleteSandbox(name: name, confirm: try given.string("confirm"))
        }
    }
}
