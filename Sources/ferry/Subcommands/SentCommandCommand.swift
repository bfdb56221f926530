import ArgumentParser
import Postgres
import Values
import Watching

/// The subcommands for commands that were sent.
struct SentCommandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "command",
        abstract: "List, show and cancel commands.",
        subcommands: [ListSubcommand<Commands>.self, Show.self, Cancel.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the status of one of your commands.",
            discussion: """
                The exit status says whether the command was found, not how it ended. To wait for \
                its end, use `ferry enqueue --wait`.
                """)

        @Argument(help: "The id of the command.")
        var id: Int64

        @OptionGroup var format: OutputOptions

        func run() async throws {
            let connection = try await QueueDatabase.connect()
            try await QueueDatabase.checkSchema(connection)
            switch format.output {
            case .ndjson:
                _ = try await SentCommandCommand.state(of: id, connection)
                try await CommandReport.status(of: id, .ndjson, connection)
            case .table:
                let rows = try await connection.query(
                    """
                    select id::text as command, command as name, state, environment,
                           actor as "sent by", created_at::text as sent,
                           finished_at::text as ended, attempts::text, error_code as error,
                           message, hint, arguments::text
                      from ferry.commands where id = $1
                    """, [.int(id)])
                guard let row = rows.first else { throw SentCommandCommand.unknown(id) }
                try await Output.write(try Self.text(row))
            }
            await connection.close()
        }

        /// A line for each present value.
        private static func text(_ row: Row) throws -> String {
            let columns = [
                "command", "name", "state", "environment", "sent by", "sent", "ended", "attempts",
                "error", "message", "hint", "arguments",
            ]
            let width = columns.map(\.count).max() ?? 0
            return try columns.map { column in
                guard let value = try row[column].optionalString() else { return "" }
                return "\(Display.left(column, width))  \(shown(value))\n"
            }.joined()
        }
    }

    /// - Throws: ``Failure`` if no such command is visible to the reader.
    private static func state(of id: Int64, _ connection: Connection) async throws -> String {
        let rows = try await connection.query(
            "select state from ferry.command_status where id = $1", [.int(id)])
        guard let row = rows.first else { throw unknown(id) }
        return try row[0].string()
    }

    private static func unknown(_ id: Int64) -> Failure {
        Failure(.notFound, "you have no command \(id)", hint: "see `ferry commands`")
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel one of your commands that has not been applied yet.",
            discussion: """
                Waits until the command has ended: a worker may be applying it and finish first. \
                The exit status is 0 if it was canceled, 1 if it ended otherwise.
                """)

        @Argument(help: "The id of the command.")
        var id: Int64

        @Option(help: ArgumentHelp("Maximum number of seconds to wait.", valueName: "seconds"))
        var timeout = 120.0

        @OptionGroup var format: OutputOptions

        func validate() throws { try checkTimeout(timeout) }

        func run() async throws {
            let connection = try await QueueDatabase.connect()
            try await QueueDatabase.checkSchema(connection)
            let state = try await SentCommandCommand.state(of: id, connection)
            if !WatchedCommand(id: id, command: "", state: state).isFinished {
                do {
                    try await connection.execute("select ferry.cancel_command($1)", [.int(id)])
                } catch let error as PostgresError where error.sqlState == "FY009" {
                    // It has just ended, or is another role's.
                    guard try await hasEnded(connection) else { throw error }
                }
            }
            let ended = try await SentCommand.ended(id, timeout: timeout, connection: connection)
            if ended.state == "canceled" || format.output == .ndjson {
                try await CommandReport.status(of: id, format.output, connection)
            }
            await connection.close()
            switch ended.outcome {
            case .stopped?: return
            case nil:
                throw Failure(
                    .timedOut, "command \(id) is still \(ended.state)",
                    hint: "a worker cancels it when it reaches it; check that a worker runs: ferry "
                        + "workers")
            case .succeeded?, .failed?:
                throw Failure(
                    .failed, "command \(id) has already ended: it is \(ended.state)",
                    hint: "to undo its effect, send other commands")
            }
        }

        private func hasEnded(_ connection: Connection) async throws -> Bool {
            let row = try await connection.query(
                "select finished_at is not null from ferry.command_status where id = $1",
                [.int(id)]
            ).first
            return try row?[0].bool() ?? true
        }
    }
}
