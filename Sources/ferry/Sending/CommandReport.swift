import Postgres
import Watching

/// Reports the status of a command, and how it ended.
struct CommandReport {
    var sent: SentCommand
    var format: OutputFormat

    /// What is reported about an applied command.
    enum Content {
        /// Its id and state.
        case state
        /// A sentence for people, the state for programs.
        case sentence(String)
        /// Nothing: more output follows.
        case nothing
    }

    /// Waits for the command to end, and reports how it ended.
    ///
    /// - Parameter timeout: Maximum number of seconds; nil waits without limit.
    /// - Throws: ``Failure`` when it was not applied, or not in time; output for programs has the
    ///   result instead, as does the exit status.
    func outcome(
        timeout: Double?, content: Content, connection: Connection
    ) async throws -> ExitStatus {
        let ended = try await sent.ended(timeout: timeout, connection: connection)
        if ended.outcome == .succeeded { await sent.reportWarnings(connection) }
        switch (ended.outcome, content, format) {
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

    /// Writes the status of the command, over a new connection if the old one is lost.
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
