import ArgumentParser
import Lifecycle
import Postgres
import Watching

struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Send a command: insert it into the job table ferry.commands.",
        discussion: """
            A value of --argument is JSON if it parses as an array, an object, a number, true, \
            false or null; anything else is text. "tables" also accepts names separated by commas, \
            --argument tables=public.customers,public.orders, and the word all.

            Example: ferry enqueue create_data_export --argument name="Daily customers" \
            --argument database=crm --argument tables=public.customers --wait
            """)

    @Argument(
        help: "The command, for example create_data_export.",
        completion: .list(CommandDefinition.all.map(\.command)))
    var command: String

    @Option(help: ArgumentHelp("An argument of the command; repeatable.", valueName: "name=value"))
    var argument: [String] = []

    @Option(help: ArgumentHelp("All arguments, as one JSON object.", valueName: "text"))
    var json: String?

    @Option(help: "The environment: production (the default), or a sandbox.")
    var environment: String?

    @Option(help: ArgumentHelp("Priority: 0 (first) to 3 (last). Default: 2.", valueName: "number"))
    var priority: Int?

    @Option(
        help: ArgumentHelp(
            "Not before this time, for example 2026-01-31T02:00Z.", valueName: "time"))
    var runAt: String?

    @Option(help: ArgumentHelp("Sending again with the same key has no effect.", valueName: "key"))
    var idempotencyKey: String?

    @Flag(help: "Wait until the command has ended; the exit status is that of the command.")
    var wait = false

    @Option(
        help: ArgumentHelp(
            "With --wait: maximum number of seconds to wait.", valueName: "seconds"))
    var timeout: Double?

    @OptionGroup var format: OutputOptions

    func validate() throws {
        if json != nil && !argument.isEmpty {
            throw ValidationError("give either --json or --argument")
        }
        try checkPriority(priority)
        if let timeout {
            if !wait { throw ValidationError("--timeout requires --wait") }
            try checkTimeout(timeout)
        }
        _ = try arguments()
    }

    private func arguments() throws -> String {
        do { return try json ?? CommandArguments.json(argument) } catch let error as Failure {
            throw ValidationError(error.message)
        }
    }

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        let sent = try await SentCommand(
            command, try arguments(), environment: environment, priority: priority, runAt: runAt,
            idempotencyKey: idempotencyKey, over: connection)
        sent.reportRepetition()
        let report = CommandReport(sent: sent, format: format.output)
        var status: ExitStatus = .succeeded
        if wait {
            status = try await report.outcome(
                timeout: timeout, content: .state, connection: connection)
        } else {
            try await report.status(connection)
        }
        await connection.close()
        throw status.code
    }
}
