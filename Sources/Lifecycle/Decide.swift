/// What becomes of a command.
public enum Decision: Hashable, Sendable {
    /// The world was changed; these are the events, in order. None when nothing had to change.
    case applied([Event])
    /// A rule said no; the world is as it was.
    case rejected(Rejection)
    /// The rules depend on a fact: give it to the world (``World/learn(_:_:)``) and decide again.
    /// The world is as it was.
    case needs(Fact)
}

/// Decides a command and applies it to the world.
public func decide(_ envelope: CommandEnvelope, _ world: inout World) -> Decision {
    do throws(Rejection) {
        let command = try Command(name: envelope.name, arguments: envelope.arguments)
        return decide(command, from: envelope, &world)
    } catch {
        return .rejected(error)
    }
}

/// Decides a command that was read from the envelope before.
public func decide(
    _ command: Command, from envelope: CommandEnvelope, _ world: inout World
) -> Decision {
    do throws(Refusal) {
        let author = Author(envelope)
        let events = try world.apply(command, author)
        try world.recordVersions(author)
        return .applied(events)
    } catch {
        switch error {
        case .rejected(let rejection): return .rejected(rejection)
        case .needs(let fact): return .needs(fact)
        }
    }
}

/// Why a command was not applied, or not yet.
enum Refusal: Error {
    case rejected(Rejection)
    case needs(Fact)

    /// A rejection.
    static func because(_ code: RejectionCode, _ message: String, hint: String) -> Refusal {
        .rejected(Rejection(code, message, hint: hint))
    }
}

/// Who changes something, where, and with which command.
struct Author {
    /// The command's id, and that of an object it creates.
    let id: Int64
    private(set) var environment: String
    let actor: String
    let login: String
    /// The command's name.
    let command: String

    init(_ envelope: CommandEnvelope) {
        id = envelope.id
        environment = envelope.environment
        actor = envelope.actor
        login = envelope.login
        command = envelope.name
    }

    /// The same, changing another environment.
    func acting(in environment: String) -> Author {
        var author = self
        author.environment = environment
        return author
    }
}

extension World {
    private func requireEnvironment(_ name: String) throws(Refusal) {
        if environments.contains(name) { return }
        throw .because(
            .unknownEnvironment, "there is no environment \(quoted(name))",
            hint: "environments: " + environments.joined(separator: ", "))
    }

    fileprivate mutating func apply(
        _ command: Command, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireEnvironment(author.environment)
        try authorize(author.command, command.action, author)
        try requireChangesAllowed(command.action, author)
        switch command {
        case .registerDatabase(let name, let credential):
            return try registerDatabase(name, credential, author)
        case .editDatabase(let name, let credential):
            return try editDatabase(name, credential, author)
        case .unregisterDatabase(let name):
            return try unregisterDatabase(name, author)
        case .createDataExport(let name, let database, let tables):
            return try createDataExport(name, database, tables, author)
        case .editDataExport(let name, let database, let tables):
            return try editDataExport(name, database, tables, author)
        case .addTables(let name, let tables):
            return try addTables(name, tables, author)
        case .removeTables(let name, let tables):
            return try removeTables(name, tables, author)
        case .editTable(let name, let table, let settings):
            return try editTable(name, table, settings, author)
        case .switchDatabase(let name, let database, let tables):
            return try switchDatabase(name, database, tables, author)
        case .activateDataExport(let name):
            return try activateDataExport(name, author)
        case .rollBackDataExport(let name, let version):
            return try rollBackDataExport(name, to: version, author)
        case .discardDraft(let name):
            return try discardDraft(name, author)
        case .deleteDataExport(let name):
            return try deleteDataExport(name, author)
        case .createDestination(let name, let kind, let settings, let administratorsOnly):
            return try createDestination(name, kind, settings, administratorsOnly, author)
        case .editDestination(let name, let kind, let settings, let administratorsOnly):
            return try editDestination(name, kind, settings, administratorsOnly, author)
        case .deleteDestination(let name):
            return try deleteDestination(name, author)
        case .testDestination(let name):
            return try testDestination(name, author)
        case .createDataTemplate(let destination, let name, let settings):
            return try createDataTemplate(destination, name, settings, author)
        case .editDataTemplate(let destination, let name, let settings):
            return try editDataTemplate(destination, name, settings, author)
        case .deleteDataTemplate(let destination, let name):
            return try deleteDataTemplate(destination, name, author)
        case .addOrchestration(let dataExport, let destination, let dataTemplate, let name):
            return try addOrchestration(dataExport, destination, dataTemplate, name, author)
        case .editOrchestration(let name, let dataExport, let destination, let dataTemplate):
            return try editOrchestration(name, dataExport, destination, dataTemplate, author)
        case .deleteOrchestration(let name):
            return try deleteOrchestration(name, author)
        case .runOrchestration, .planRun, .stopRun, .retryRun, .restartRun, .skipTask,
            .abandonRun:
            return try applyToRuns(command, author)
        case .alert(let command): return try apply(command, author)
        case .group(let name, let command):
            return try apply(command, to: name, author)
        case .createSandbox, .pullSandbox, .promoteSandbox, .deleteSandbox, .changeSetting,
            .grantPolicy, .revokePolicy:
            return try administer(command, author)
        }
    }

    /// Sandboxes, settings and policies.
    private mutating func administer(
        _ command: Command, _ author: Author
    ) throws(Refusal) -> [Event] {
        switch command {
        case .createSandbox(let name, let description):
            return try createSandbox(name, description, author)
        case .pullSandbox(let name, let side):
            return try pullSandbox(name, keep: side, author)
        case .promoteSandbox(let name, let message, let delete):
            return try promoteSandbox(name, message: message, delete: delete, author)
        case .deleteSandbox(let name, let confirm):
            return try deleteSandbox(name, confirm: confirm, author)
        case .changeSetting(let setting, let value):
            return try changeSetting(setting, value, author)
        case .grantPolicy(let grant):
            return try grantPolicy(grant, author)
        case .revokePolicy(let policy, let role, let inAllEnvironments):
            return try revokePolicy(
                policy, of: role, inAllEnvironments: inAllEnvironments, author)
        // No other command is passed on to here.
        default: return []
        }
    }

    private mutating func applyToRuns(
        _ command: Command, _ author: Author
    ) throws(Refusal) -> [Event] {
        switch command {
        case .runOrchestration(let name):
            return try runOrchestration(name, author)
        case .planRun(let name):
            return try planRun(name, author)
        case .stopRun(let run):
            return try stopRun(run, author)
        case .retryRun(let run):
            return try retryRun(run, author)
        case .restartRun(let run):
            return try restartRun(run, author)
        case .skipTask(let run, let table):
            return try skipTask(run, table, author)
        case .abandonRun(let run, let confirm, let reason):
            return try abandonRun(run, confirm: confirm, reason: reason, author)
        default: preconditionFailure("not a command about runs")
        }
    }
}
