import ArgumentParser
import Postgres
import Watching

struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Send a command: insert it into the job table ferry.commands.",
        discussion: """
            A value of --argument is JSON when it can be read as an array, an object, a number, \
            true, false or null; anything else is text. "tables" takes names separated by \
            commas too: --argument tables=public.customers,public.orders, and the word all.

            Example: ferry enqueue create_data_export --argument name="Daily customers" \
            --argument database=crm --argument tables=public.customers --wait
            """)

    @Argument(help: "The command, for example create_data_export.")
    var command: String

    @Option(help: ArgumentHelp("An argument of the command; repeatable.", valueName: "name=value"))
    var argument: [String] = []

    @Option(help: ArgumentHelp("All arguments, as one JSON object.", valueName: "text"))
    var json: String?

    @Option(help: "The environment: production (the default), or a sandbox.")
    var environment: String?

    @Option(help: ArgumentHelp("0 (first) to 3 (last); 2 by default.", valueName: "number"))
    var priority: Int?

    @Option(
        help: ArgumentHelp(
            "Not before this time, for example 2026-01-31T02:00Z.", valueName: "time"))
    var runAt: String?

    @Option(help: ArgumentHelp("Sending again with the same key does nothing.", valueName: "key"))
    var idempotencyKey: String?

    @Flag(help: "Wait until the command has ended; the exit status says how.")
    var wait = false

    @Option(help: ArgumentHelp("With --wait: how many seconds at most.", valueName: "seconds"))
    var timeout: Double?

    @OptionGroup var format: OutputOptions

    func validate() throws {
        if json != nil && !argument.isEmpty {
            throw ValidationError("give either --json or --argument")
        }
        if let timeout, !wait || !(timeout > 0 && timeout <= 31_536_000) {
            throw ValidationError(
                wait
                    ? "--timeout is a number of seconds above 0, at most a year"
                    : "--timeout goes with --wait")
        }
        _ = try arguments()
    }

    private func arguments() throws -> String {
        do { return try json ?? CommandArguments.json(argument) } catch let error as Failure {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let connection = try await Database.connect()
        try await Database.checkSchema(connection)
        let sent = try await SentCommand(
            command, try arguments(), environment: environment, priority: priority, runAt: runAt,
            idempotencyKey: idempotencyKey, over: connection)
        var status: ExitStatus = .succeeded
        if wait {
            status = try await outcome(of: sent, connection)
        } else {
            try await report(sent.id, connection)
        }
        await connection.close()
        throw status.code
    }

    private func outcome(
        of sent: SentCommand, _ connection: Connection
    ) async throws -> ExitStatus {
        let ended = try await sent.ended(timeout: timeout, connection: connection)
        if format.output == .ndjson || ended.outcome == nil || ended.outcome == .succeeded {
            try await report(sent.id, connection)
        }
        guard let outcome = ended.outcome, format.output == .ndjson || outcome == .succeeded
        else { throw sent.failure(ended) }
        return outcome.status
    }

    /// Writes how the command stands, over a new connection when the old one is lost.
    private func report(_ id: Int64, _ connection: Connection) async throws {
        let connection = await connection.isUsable ? connection : try await Database.connect()
        let rows = try await connection.query(
            """
            select state, row_to_json(c)::text as json
              from ferry.command_status as c where id = $1
            """, [.int(id)])
        guard let row = rows.first else { return }
        switch format.output {
        case .ndjson: try await Output.line(JSONLines.shielded(try row["json"].string()))
        case .table: try await Output.line("command \(id) \(try row["state"].string())")
        }
    }
}
