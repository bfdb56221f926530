import Values

/// The result of a command.
public enum Decision: Hashable, Sendable {
    /// The world was changed; these are the events, in order. None when nothing had to change.
    case applied([Event])
    /// A rule rejected the command; the world is unchanged.
    case rejected(Rejection)
    /// The rules depend on a fact: give it to the world (``World/learn(_:_:)``) and decide again.
    /// The world is unchanged.
    case needs(Fact)
}

/// Decides a command and applies it to the world.
public func decide(_ envelope: CommandEnvelope, _ world: inout World) -> Decision {
    do throws(Rejection) {
        let command = try ParsedCommand(name: envelope.name, arguments: envelope.arguments)
        return decide(command, from: envelope, &world)
    } catch {
        return .rejected(error)
    }
}

/// Decides a command that was read from the envelope before.
public func decide(
    _ command: ParsedCommand, from envelope: CommandEnvelope, _ world: inout World
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

/// The author of a change, its environment and its command.
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
            .unknownEnvironment, "unknown environment \(quoted(name))",
            hint: "environments: " + environments.joined(separator: ", "))
    }

    fileprivate mutating func apply(
        _ parsed: ParsedCommand, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireEnvironment(author.environment)
        try authorize(author.command, parsed.definition.action, author)
        try requireChangesAllowed(parsed.definition.action, author)
        return try parsed.command.apply(to: &self, author)
    }
}
