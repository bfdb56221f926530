import Lifecycle
import Postgres

/// A command that this transaction has claimed, in the order in which its lane applies it.
struct ClaimedCommand: Sendable {
    let envelope: CommandEnvelope
    /// Commands of one lane are applied in order; one that has to wait holds back the rest.
    let lane: Int64
    /// How many attempts failed before this one.
    let failedAttempts: Int
    /// What it asks for, or why it cannot be understood.
    let command: Result<Command, Rejection>

    var id: Int64 { envelope.id }

    init(_ row: Row) throws {
        let arguments = try row[5].string()
        envelope = CommandEnvelope(
            id: try row[1].int64(), environment: try row[4].string(), actor: try row[6].string(),
            name: try row[3].string(),
            arguments: JSONValue(json: arguments) ?? .null)
        lane = try row[2].int64()
        failedAttempts = try row[7].int()
        let envelope = envelope
        command = Result { () throws(Rejection) in
            try Command(name: envelope.name, arguments: envelope.arguments)
        }
    }
}
