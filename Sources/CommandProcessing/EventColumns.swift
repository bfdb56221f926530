import Foundation
import Lifecycle
import Postgres
import Values

/// The events of a batch, a column at a time, in the form that the SQL function `record_events`
/// expects: arrays cost both sides less than JSON objects.
struct EventColumns: Sendable {
    private var environments: [Value] = []
    private var events: [Value] = []
    private var objectKinds: [Value] = []
    private var objectIDs: [Value] = []
    private var objectNames: [Value] = []
    private var runs: [Value] = []
    private var commands: [Value] = []
    private var actors: [Value] = []
    private var logins: [Value] = []
    private var details: [Value] = []

    /// An event of an object.
    mutating func append(_ event: Event, by claimed: ClaimedCommand) throws {
        try append(
            claimed, environment: event.environment, event: event.kind.rawValue,
            kind: event.objectKind.rawValue, id: event.objectID, name: event.objectName,
            run: event.run, event.details)
    }

    /// An event of the command itself.
    mutating func append(
        _ event: String, of claimed: ClaimedCommand, _ details: JSONValue
    ) throws {
        try append(
            claimed, environment: claimed.envelope.environment, event: event, kind: "command",
            id: claimed.id, name: nil, run: nil, details)
    }

    private mutating func append(
        _ claimed: ClaimedCommand, environment: String, event: String, kind: String, id: Int64,
        name: String?, run: Int64?, _ details: JSONValue?
    ) throws {
        environments.append(.text(environment))
        events.append(.text(event))
        objectKinds.append(.text(kind))
        objectIDs.append(.int(id))
        objectNames.append(Value(name))
        runs.append(Value(run))
        commands.append(.int(claimed.id))
        actors.append(.text(claimed.envelope.actor))
        logins.append(.text(claimed.envelope.login))
        let text = try details.map { try JSONEncoder().encode($0) }
        self.details.append(Value(text.map { String(decoding: $0, as: UTF8.self) }))
    }

    var statement: Statement {
        let columns = [
            environments, events, objectKinds, objectIDs, objectNames, runs, commands, actors,
            details, logins,
        ]
        return Statement(
            "select ferry_state.record_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            columns.map(Value.array))
    }
}
