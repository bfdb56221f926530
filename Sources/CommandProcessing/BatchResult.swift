import Foundation
import Lifecycle

/// What a batch comes to: how each command ended, which are to be tried again, and the events.
struct BatchResult: Sendable {
    private(set) var outcomes: [Outcome] = []
    private(set) var retries: [Retry] = []
    private(set) var events: [RecordedEvent] = []

    struct Outcome: Encodable, Sendable {
        let id: Int64
        let state: String
        var code: String?
        var message: String?
        var hint: String?
        let attempts: Int
    }

    struct Retry: Encodable, Sendable {
        let id: Int64
        let attempts: Int
        let delaySeconds: Double
        let error: String

        enum CodingKeys: String, CodingKey {
            case id, attempts
            case delaySeconds = "delay_seconds"
            case error
        }
    }

    struct RecordedEvent: Encodable, Sendable {
        let environment: String
        let event: String
        let objectKind: String
        let objectID: Int64
        var objectName: String?
        var run: Int64?
        let command: Int64
        let actor: String
        var details: JSONValue?

        enum CodingKeys: String, CodingKey {
            case environment, event
            case objectKind = "object_kind"
            case objectID = "object_id"
            case objectName = "object_name"
            case run = "run_id"
            case command = "command_id"
            case actor, details
        }
    }

    mutating func applied(_ claimed: ClaimedCommand, _ applied: [Event]) {
        outcomes.append(
            Outcome(id: claimed.id, state: "applied", attempts: claimed.failedAttempts + 1))
        if applied.isEmpty { record("command_applied", claimed) }
        for event in applied {
            events.append(
                RecordedEvent(
                    environment: event.environment, event: event.kind.rawValue,
                    objectKind: event.objectKind.rawValue, objectID: event.objectID,
                    objectName: event.objectName, run: event.run, command: claimed.id,
                    actor: claimed.envelope.actor, details: event.details))
        }
    }

    mutating func rejected(_ claimed: ClaimedCommand, _ rejection: Rejection) {
        end(
            claimed, "rejected", code: rejection.code.rawValue, message: rejection.message,
            hint: rejection.hint)
    }

    /// The command could not be carried out: it is tried again, and fails after its last attempt.
    mutating func troubled(_ claimed: ClaimedCommand, by reason: String, _ policy: RetryPolicy) {
        let attempts = claimed.failedAttempts + 1
        if attempts >= policy.attemptsMax {
            end(
                claimed, "failed", code: "technical_failure",
                message: "not carried out after \(attempts) attempts: \(reason)",
                hint: "mend the cause, then send the command again")
            return
        }
        let delay = policy.delay(afterAttempt: attempts)
        retries.append(
            Retry(id: claimed.id, attempts: attempts, delaySeconds: delay, error: reason))
        record(
            "command_retrying", claimed,
            ["message": .string(reason), "attempt": .int(Int64(attempts))])
    }

    private mutating func end(
        _ claimed: ClaimedCommand, _ state: String, code: String, message: String, hint: String
    ) {
        outcomes.append(
            Outcome(
                id: claimed.id, state: state, code: code, message: message, hint: hint,
                attempts: claimed.failedAttempts + 1))
        record(
            "command_\(state)", claimed,
            ["code": .string(code), "message": .string(message), "hint": .string(hint)])
    }

    private mutating func record(
        _ event: String, _ claimed: ClaimedCommand, _ details: [String: JSONValue] = [:]
    ) {
        var details = details
        details["command"] = .string(claimed.envelope.name)
        events.append(
            RecordedEvent(
                environment: claimed.envelope.environment, event: event, objectKind: "command",
                objectID: claimed.id, command: claimed.id, actor: claimed.envelope.actor,
                details: .object(details)))
    }
}
