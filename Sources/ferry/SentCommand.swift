import Foundation
import Lifecycle
import Postgres
import Values
import Watching

/// A command that was inserted into the job table.
struct SentCommand {
    let id: Int64
    let command: String
    /// The text of a JSON object.
    let arguments: String
    let environment: String
    /// The stored command, if this was a repetition: its idempotency key had been used before.
    private(set) var earlier: Stored?

    /// A command as it was first sent.
    struct Stored {
        /// By the database's clock, in UTC.
        let sentAt: String
        let priority: Int
        /// Not before this time; nil to apply immediately.
        let runAt: String?
    }

    /// Sends a command.
    ///
    /// - Parameter arguments: The text of a JSON object.
    /// - Throws: `PostgresError`, and ``Failure`` for commands that the job table rejects.
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
                values ($1, $2, $3, $4, $5, $6)
                returning id, created_at < statement_timestamp() as is_repetition
                """,
                [
                    .text(command), .text(arguments), Value(environment), Value(priority),
                    Value(runAt), Value(idempotencyKey),
                ])
            guard let id = try rows.first?[0].int64() else {
                throw Failure(.internalError, "the database returned no id for the command")
            }
            self.id = id
            if try rows[0]["is_repetition"].optionalBool() == true {
                earlier = try await Self.stored(id, connection)
            }
        } catch let error as PostgresError {
            throw Typos.explained(error, command, arguments)
        }
    }

    private static func stored(_ id: Int64, _ connection: Connection) async throws -> Stored? {
        let moment = "at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS\"Z\"')"
        return try await connection.query(
            """
            select to_char(created_at \(moment) as sent_at, priority::integer as priority,
                   to_char(run_at \(moment) as run_at
              from ferry.commands where id = $1
            """, [.int(id)]
        ).first.map { row in
            Stored(
                sentAt: try row["sent_at"].string(), priority: try row["priority"].int(),
                runAt: try row["run_at"].optionalString())
        }
    }

    /// Writes to standard error if no new command was sent.
    func reportRepetition() {
        guard let earlier else { return }
        var text =
            "command \(id) was already sent with this idempotency key, at \(earlier.sentAt), "
            + "with priority \(earlier.priority)"
        if let runAt = earlier.runAt { text += ", not to be applied before \(runAt)" }
        Diagnostics.write(text + "; no new command was sent")
    }

    /// Writes the warnings of its events to standard error, if it was applied.
    func reportWarnings(_ connection: Connection) async {
        // The command was applied, even if the connection is lost now.
        let rows = try? await connection.query(
            """
            select distinct details ->> 'warning' from ferry.events
             where command_id = $1 and details ? 'warning' order by 1
            """, [.int(id)])
        guard let rows else { return }
        for row in rows {
            if let warning = try? row[0].string() { Diagnostics.write("warning: \(warning)") }
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
    /// - Parameter timeout: Maximum number of seconds; nil waits without limit.
    /// - Returns: It with its outcome, or without one when it timed out.
    func ended(timeout: Double?, connection: Connection) async throws -> WatchedCommand {
        try await Self.ended(id, timeout: timeout, connection: connection)
    }

    /// Waits until a command has ended; as ``ended(timeout:connection:)``.
    static func ended(
        _ id: Int64, timeout: Double?, connection: Connection
    ) async throws -> WatchedCommand {
        let limit = timeout.map { Duration.seconds($0) }
        let waiter = CommandWaiter(
            QueueDatabase.options,
            hooks: EventFeed.Hooks(
                onDisconnect: { Diagnostics.write("\($0); trying again") },
                onReconnect: { Diagnostics.write("reconnected") }))
        guard let ended = try await waiter.outcome(of: id, timeout: limit, connection: connection)
        else { throw Failure(.notFound, "command \(id) no longer exists") }
        return ended
    }

    /// Waits until it was applied.
    ///
    /// - Throws: ``Failure`` when it ended otherwise, or not in time.
    func applied(timeout: Double?, connection: Connection) async throws {
        let ended = try await ended(timeout: timeout, connection: connection)
        if ended.outcome != .succeeded { throw try await advised(ended, connection) }
        await reportWarnings(connection)
    }

    /// The error for a command that was not applied.
    func failure(_ ended: WatchedCommand) -> Failure {
        guard let outcome = ended.outcome else {
            return Failure(
                .timedOut, "command \(id) is still \(ended.state)",
                hint: "it will still be applied; check that a worker runs: ferry workers")
        }
        let message = ended.message.map { ": \($0)" } ?? ""
        return Failure(
            outcome.status, "command \(id) \(ended.state)\(message)", hint: ended.hint)
    }

    /// The same, with the name that was probably meant if an object does not exist.
    func advised(_ ended: WatchedCommand, _ connection: Connection) async throws -> Failure {
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
