import ArgumentParser
import Postgres
import Watching

/// What can be done with a command that was sent.
struct SentCommandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "command",
        abstract: "Cancel a command that was sent.",
        discussion: "`ferry commands` lists them.",
        subcommands: [Cancel.self])

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel a command of yours that was not applied yet.",
            discussion: """
                Waits until it has ended: a worker that is just applying it may finish first. The \
                exit status is 0 when it was canceled, 1 when it ended otherwise.
                """)

        @Argument(help: "The id of the command.")
        var id: Int64

        @Option(help: ArgumentHelp("How many seconds to wait at most.", valueName: "seconds"))
        var timeout = 120.0

        @OptionGroup var format: OutputOptions

        func validate() throws { try checkTimeout(timeout) }

        func run() async throws {
            let connection = try await Database.connect()
            try await Database.checkSchema(connection)
            guard
                let state = try await connection.query(
                    "select state from ferry.command_status where id = $1", [.int(id)]
                ).first?[0].string()
            else {
                throw Failure(
                    .notFound, "there is no command \(id) of yours", hint: "see `ferry commands`")
            }
            if !Watching.Command(id: id, command: "", state: state).isFinished {
                do {
                    try await connection.execute("select ferry.cancel_command($1)", [.int(id)])
                } catch let error as PostgresError where error.sqlState == "FY009" {
                    // It has just ended, or is another role's.
                    guard try await hasEnded(connection) else { throw error }
                }
            }
            let ended = try await SentCommand.ended(id, timeout: timeout, connection: connection)
            if ended.state == "canceled" || format.output == .ndjson {
                try await CommandReport.standing(of: id, format.output, connection)
            }
            await connection.close()
            switch ended.outcome {
            case .stopped?: return
            case nil:
                throw Failure(
                    .timedOut, "command \(id) is still \(ended.state)",
                    hint: "it is canceled as soon as a worker comes to it (`ferry workers`)")
            case .succeeded?, .failed?:
                throw Failure(
                    .failed, "command \(id) has already ended: it is \(ended.state)",
                    hint: "what was applied is undone by other commands")
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
