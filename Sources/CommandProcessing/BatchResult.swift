import Foundation
import Lifecycle
import Postgres
import Values

/// The result of a batch: how each command ended, which ones are retried, and the events.
struct BatchResult: Sendable {
    private var applied: [Int64] = []
    private var ended: [Ended] = []
    private var retries: [Retry] = []
    private var waits: [Wait] = []
    private var checks: [Int64] = []
    /// The commands that it ended or put aside, and those that they wait for.
    private(set) var settled: [Int64] = []
    private var events = EventColumns()

    private struct Ended: Encodable, Sendable {
        let id: Int64
        let state: String
        let code: String
        let message: String
        let hint: String
    }

    private struct Retry: Encodable, Sendable {
        let id: Int64
        let delaySeconds: Double
        let error: String

        enum CodingKeys: String, CodingKey {
            case id
            case delaySeconds = "delay_seconds"
            case error
        }
    }

    private struct Wait: Encodable, Sendable {
        let id: Int64
        let after: Int64
    }

    /// Whether commands wait for outside facts.
    var hasChecks: Bool { !checks.isEmpty }

    /// Adds the result of another batch of the same transaction, which was already written.
    mutating func note(_ other: BatchResult) {
        settled += other.settled
        checks += other.checks
    }

    mutating func applied(_ claimed: ClaimedCommand, _ events: [Event]) throws {
        applied.append(claimed.id)
        settled.append(claimed.id)
        if events.isEmpty { try record("command_applied", claimed, [:]) }
        for event in events { try self.events.append(event, by: claimed) }
    }

    mutating func rejected(_ claimed: ClaimedCommand, _ rejection: Rejection) throws {
        try end(
            claimed, "rejected", code: rejection.code.rawValue, message: rejection.message,
            hint: rejection.hint)
    }

    /// The command failed for a technical reason: it is retried, and fails after its last attempt.
    mutating func retryOrFail(
        _ claimed: ClaimedCommand, by reason: String, _ policy: RetryPolicy
    ) throws {
        let attempts = claimed.failedAttempts + 1
        if attempts >= policy.attemptsMax {
            try end(
                claimed, "failed", code: "technical_failure",
                message: "failed after \(attempts) attempts: \(reason)",
                hint: "Fix the cause, then resend the command.")
            return
        }
        settled.append(claimed.id)
        retries.append(
            Retry(id: claimed.id, delaySeconds: policy.delay(after: attempts), error: reason))
        try record(
            "command_retrying", claimed,
            ["message": .string(reason), "attempt": .int(Int64(attempts))])
    }

    /// The command is retried, regardless of its number of attempts, and without an event.
    mutating func snooze(
        _ claimed: ClaimedCommand, by reason: String, _ policy: RetryPolicy
    ) {
        settled.append(claimed.id)
        let delay = policy.delay(after: claimed.failedAttempts + 1)
        retries.append(Retry(id: claimed.id, delaySeconds: delay, error: reason))
    }

    /// The command is put aside until an earlier one has ended.
    mutating func waiting(_ claimed: ClaimedCommand, after earlier: Int64) {
        waits.append(Wait(id: claimed.id, after: earlier))
        settled += [claimed.id, earlier]
    }

    /// The command is put aside until a worker has looked up its facts.
    mutating func checking(_ claimed: ClaimedCommand) {
        checks.append(claimed.id)
        settled.append(claimed.id)
    }

    private mutating func end(
        _ claimed: ClaimedCommand, _ state: String, code: String, message: String, hint: String
    ) throws {
        settled.append(claimed.id)
        ended.append(
            Ended(id: claimed.id, state: state, code: code, message: message, hint: hint))
        try record(
            "command_\(state)", claimed,
            ["code": .string(code), "message": .string(message), "hint": .string(hint)])
    }

    private mutating func record(
        _ event: String, _ claimed: ClaimedCommand, _ details: [String: JSONValue]
    ) throws {
        var details = details
        details["command"] = .string(claimed.envelope.name)
        try events.append(event, of: claimed, .object(details))
    }

    /// The statements that write everything.
    func statements() throws -> [Statement] { [try ends(), events.statement] }

    /// The statement that writes all but the events.
    func ends() throws -> Statement {
        Statement(
            "select ferry_state.finish_commands($1, $2::json, $3::json, $4::json, $5)",
            [
                Value(applied), try json(ended), try json(retries), try json(waits),
                checks.isEmpty ? .null : Value(checks),
            ])
    }
}

/// A JSON array for an SQL function; null when it is empty.
func json(_ values: [some Encodable]) throws -> Value {
    if values.isEmpty { return .null }
    return .text(String(decoding: try JSONEncoder().encode(values), as: UTF8.self))
}
