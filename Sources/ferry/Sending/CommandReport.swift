import Postgres
import Watching

/// Tells how a command that was sent stands, and how it ended.
struct CommandReport {
    var sent: SentCommand
    var format: OutputFormat

    /// What is told of a command that was applied.
    enum Telling {
        /// Its id and state.
        case state
        /// A sentence for people, the state for programs.
        case sentence(String)
        /// Nothing: something else follows.
        case nothing
    }

    /// Waits for the command to end, and tells how it did.
    ///
    /// - Parameter timeout: Seconds at most; nil waits for ever.
    /// - Throws: ``Failure`` when it was not applied, or not in time; but where the output is for
    ///   programs they learn from there, and from the exit status, how it ended.
    func outcome(
        timeout: Double?, telling: Telling, connection: Connection
    ) async throws -> ExitStatus {
        let ended = try await sent.ended(timeout: timeout, connection: connection)
        if ended.outcome == .succeeded { await sent.reportWarnings(connection) }
        switch (ended.outcome, telling, format) {
        case (.succeeded?, .nothing, _): return .succeeded
        case (.succeeded?, .sentence(let sentence), .table):
            try await Output.line("\(sentence) (command \(sent.id))")
            return .succeeded
        case (.succeeded?, _, _):
            try await status(connection)
            return .succeeded
        case (let outcome?, _, .ndjson):
            try await status(connection)
            return outcome.status
        case (nil, _, _):
            try await status(connection)
            throw sent.failure(ended)
        default: throw try await sent.advised(ended, connection)
        }
    }

    /// Writes how the command stands, over a new connection when the old one is lost.
    func status(_ connection: Connection) async throws {
        try await Self.status(of: sent.id, format, connection)
    }

    static func status(
        of id: Int64, _ format: OutputFormat, _ connection: Connection
    ) async throws {
        let connection = await connection.isUsable ? connection : try await QueueDatabase.connect()
        let rows = try await connection.query(
            """
            select state, row_to_json(c)::text as json
              from ferry.command_status as c where id = $1
            """, [.int(id)])
        guard let row = rows.first else { return }
        switch format {
        case .ndjson: try await Output.line(JSONLines.shielded(try row["json"].string()))
        case .table: try await Output.line("command \(id) \(try row["state"].string())")
        }
    }
}
