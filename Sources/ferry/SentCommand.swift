import Foundation
import Lifecycle
import Postgres
import Watching

/// A command that was inserted into the job table.
struct SentCommand {
    let id: Int64
    let command: String
    /// The text of a JSON object.
    let arguments: String
    let environment: String

    /// Sends a command.
    ///
    /// - Parameter arguments: The text of a JSON object.
    /// - Throws: `PostgresError`, and ``Failure`` for what the job table refuses.
    init(
        _ command: String, _ arguments: String, environment: String? = nil,
        priority: Int? = nil, runAt: String? = nil, idempotencyKey: String? = nil,
        over connection: Connection
    ) async throws {
        self.command = command
        self.arguments = arguments
        self.environment = environment ?? "production"
        do {
            let rows = try await connection.query(
                """
                insert into ferry.commands
                       (command, arguments, environment, priority, run_at, idempotency_key)
                values ($1, $2, $3, $4, $5, $6) returning id
                """,
                [
                    .text(command), .text(arguments), Value(environment), Value(priority),
                    Value(runAt), Value(idempotencyKey),
                ])
            guard let id = try rows.first?[0].int64() else {
                throw Failure(.internalError, "the database gave the command no id")
            }
            self.id = id
        } catch let error as PostgresError {
            throw Typos.explained(error, command, arguments)
        }
    }

    init(
        _ command: String, _ arguments: JSONValue, sending: SendingOptions,
        over connection: Connection
    ) async throws {
        try await self.init(
            command, arguments.text, environment: sending.environment, priority: sending.priority,
            runAt: sending.at, idempotencyKey: sending.idempotencyKey, over: connection)
    }

    /// Waits until it has ended.
    ///
    /// - Parameter timeout: Seconds at most; nil waits for ever.
    /// - Returns: It with its outcome, or without one when the time was up.
    func ended(timeout: Double?, connection: Connection) async throws -> Watching.Command {
        let limit = timeout.map { Duration.seconds($0) }
        let waiter = CommandWaiter(Database.options)
        guard let ended = try await waiter.outcome(of: id, timeout: limit, connection: connection)
        else { throw Failure(.notFound, "command \(id) is not there any more") }
        return ended
    }

    /// Waits until it was applied.
    ///
    /// - Throws: ``Failure`` when it ended otherwise, or not in time.
    func applied(timeout: Double?, connection: Connection) async throws {
        let ended = try await ended(timeout: timeout, connection: connection)
        if ended.outcome != .succeeded { throw try await advised(ended, connection) }
    }

    /// What to tell of a command that was not applied.
    func failure(_ ended: Watching.Command) -> Failure {
        guard let outcome = ended.outcome else {
            return Failure(
                .timedOut, "command \(id) is still \(ended.state)",
                hint: "it will be applied all the same; is a worker running? (ferry workers)")
        }
        let message = ended.message.map { ": \($0)" } ?? ""
        return Failure(
            outcome.status, "command \(id) \(ended.state)\(message)", hint: ended.hint)
    }

    /// The same, with the name that was probably meant when one does not exist.
    func advised(_ ended: Watching.Command, _ connection: Connection) async throws -> Failure {
        var failure = failure(ended)
        guard
            ended.errorCode == RejectionCode.notFound.rawValue
                || ended.errorCode == RejectionCode.databaseNotRegistered.rawValue,
            let message = ended.message
        else { return failure }
        if let meant = await Typos.name(
            meantBy: self, message: message, connection: connection)
        {
            failure.message += "; did you mean \(shownName(meant))?"
        }
        return failure
    }
}
