import Lifecycle
import Postgres
import Values

/// A command that this transaction has claimed, in the order in which its lane applies it.
struct ClaimedCommand: Sendable {
    let envelope: CommandEnvelope
    /// Commands of one lane are applied in order; one that must wait blocks the rest.
    let lane: Int64
    /// How many attempts failed before this one.
    let failedAttempts: Int
    /// The decoded command, or why it is invalid.
    let command: Result<ParsedCommand, Rejection>
    /// The object that it is about, and the other objects that it names.
    let dependencies: EarlierCommands.Dependencies

    var id: Int64 { envelope.id }

    /// Whether it depends on the whole configuration, and is therefore applied separately.
    var isAboutEverything: Bool {
        switch dependencies.target?.kind {
        case .sandbox, .setting: true
        default: false
        }
    }

    /// - Parameter row: As `claim_commands` and `claim_checks` return it: first the mark or token.
    init(_ row: Row) throws {
        let arguments = try row[5].string()
        let parsed = JSONValue(json: arguments)
        let envelope = CommandEnvelope(
            id: try row[1].int64(), environment: try row[4].string(), actor: try row[6].string(),
            login: try row[8].optionalString(), name: try row[3].string(),
            arguments: parsed ?? .null)
        let lane = try row[2].int64()
        let command = Result { () throws(Rejection) in
            if parsed == nil { throw Self.unreadable(envelope.name) }
            return try ParsedCommand(name: envelope.name, arguments: envelope.arguments)
        }
        failedAttempts = try row[7].int()
        let references = (try? command.get().references(in: envelope.environment)) ?? []
        dependencies = EarlierCommands.Dependencies(
            target: references.first, named: references.filter { $0 != references.first })
        self.envelope = envelope
        self.lane = lane
        self.command = command
    }

    private static func unreadable(_ name: String) -> Rejection {
        Rejection(
            .wrongType,
            "the arguments of \(name) cannot be read: they are nested more than "
                + "\(JSONValue.depthMax) levels deep, or contain a number that is too large",
            hint: "send arguments as docs/commands.md describes them")
    }
}
