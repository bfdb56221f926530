import Alerts
import ArgumentParser
import Credentials
import Destinations
import Foundation
import Logging
import Postgres
import RunEngine
import UnixSignals
import Workers

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run a worker: apply commands and run data exports until stopped.",
        discussion: """
            Start any number of workers, on any number of machines. On SIGTERM or SIGINT a worker \
            accepts no new work, finishes or releases its current work, and ends with status 0 \
            within 10 seconds, whatever hangs; a second signal ends it immediately. Logs go to \
            standard error.

            A credential in a command is the name of a secret that you give to the workers: in a \
            variable FERRY_CREDENTIAL_NAME, or in a file or a directory (--credentials). Commands \
            cannot refer to anything else in the workers' environment and files.
            """)

    @Option(help: "Number of tables to read in parallel.")
    var concurrency = 2

    @Option(help: "Number of command batches to apply in parallel.")
    var commandConcurrency = 2

    @Option(help: "Name of the worker. Default: host and process id.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file of credentials by name, or a directory with a file for each; "
                + "repeatable.", valueName: "path"))
    var credentials: [String] = []

    @Option(
        name: .customLong("allow-directory"),
        help: ArgumentHelp(
            "A directory that destinations may write to; repeatable.",
            valueName: "path"))
    var allowedDirectories: [String] = []

    @Option(
        name: .customLong("allow-program"),
        help: ArgumentHelp(
            "A command line that alerts may run: an absolute path and its arguments, separated by "
                + "spaces or as a JSON array; repeatable.",
            valueName: "words"),
        transform: Self.words(of:))
    var allowedPrograms: [[String]] = []

    @Flag(
        help: "Allow filters to call volatile functions, with all rights of the source's role.")
    var allowVolatileFilters = false

    @Option(
        help: ArgumentHelp(
            "Number of seconds that a claim stays valid without a heartbeat.", valueName: "seconds")
    )
    var lease: Double = 30

    @Option(
        help: ArgumentHelp(
            "Number of seconds after its first start during which a run with transient errors is "
                + "retried.",
            valueName: "seconds"))
    var retryFor: Double = 7200

    @Option(
        help: ArgumentHelp(
            "Number of seconds between two checks of each sandbox, across all workers.",
            valueName: "seconds"))
    var sandboxCheckInterval: Double = 30

    @Option(
        help: "trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("unknown log level \"\(text)\"")
            }
            return level
        })
    var logLevel: Logger.Level = .info

    func validate() throws {
        guard (1...256).contains(concurrency) else {
            throw ValidationError("--concurrency must be 1 to 256, was \(concurrency)")
        }
        guard (1...64).contains(commandConcurrency) else {
            throw ValidationError(
                "--command-concurrency must be 1 to 64, was \(commandConcurrency)")
        }
        guard (1...86_400).contains(lease) else {
            throw ValidationError("--lease must be 1 to 86400 seconds, was \(lease)")
        }
        guard (0...2_592_000).contains(retryFor) else {
            throw ValidationError("--retry-for must be 0 to 2592000 seconds, was \(retryFor)")
        }
        guard (1...86_400).contains(sandboxCheckInterval) else {
            throw ValidationError(
                "--sandbox-check-interval must be 1 to 86400 seconds, was "
                    + "\(sandboxCheckInterval)")
        }
        for path in credentials where !path.hasPrefix("/") {
            throw ValidationError("--credentials must be an absolute path, was \(path)")
        }
        for path in allowedDirectories where !path.hasPrefix("/") {
            throw ValidationError("--allow-directory must be an absolute path, was \(path)")
        }
    }

    func run() async throws {
        CrashReports.skipUnlessWanted()
        var logger = Logger(label: "ferry.worker") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        if geteuid() == 0 {
            logger.warning(
                """
                this worker runs as root, which it never needs: its files belong to root, and a \
                bug in it could do anything on this machine; run it as a dedicated user
                """)
        }
        let credentials = WorkerCredentials(
            paths: self.credentials, outside: allowedDirectories,
            allowsVolatileFilters: allowVolatileFilters)
        do throws(CredentialProblem) {
            try credentials.check()
        } catch {
            throw Failure(.usage, "--credentials: \(error)")
        }
        for problem in credentials.problems() {
            logger.error("cannot use a credential", metadata: ["reason": "\(problem)"])
        }
        var database = QueueDatabase.options(for: "ferry worker")
        database.adoptService()
        var configuration = WorkerConfiguration(
            database: database,
            access: DestinationAccess(
                limits: DestinationLimits(
                    allowedDirectories: allowedDirectories, credentials: credentials)))
        configuration.name = name ?? WorkerConfiguration.defaultName
        configuration.concurrency = concurrency
        configuration.commandConcurrency = commandConcurrency
        configuration.lease = .seconds(lease)
        configuration.runRetry.deadline = .seconds(retryFor)
        configuration.alerts.allowedPrograms = allowedPrograms
        configuration.alerts.credentials = credentials
        configuration.sandboxCheckInterval = .seconds(sandboxCheckInterval)

        let worker = Worker(configuration, logger: logger)
        // Before any work starts: until then a signal simply ends the process.
        let arrivals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let work = Task { try await worker.run() }
        let signals = Task {
            var isStopping = false
            for await _ in arrivals {
                if isStopping { _exit(ExitStatus.interrupted.rawValue) }
                isStopping = true
                work.cancel()
                Self.endAnyway()
            }
        }
        defer { signals.cancel() }
        try await work.value
    }

    /// Ends the process shortly before supervisors would kill it, if even the orderly shutdown
    /// hangs. Its sessions end with it, so other workers take over its work.
    private static func endAnyway() {
        let thread = Thread {
            Thread.sleep(forTimeInterval: 9.5)
            _exit(ExitStatus.succeeded.rawValue)
        }
        thread.start()
    }

    /// The words of a command line.
    private static func words(of text: String) throws -> [String] {
        let words =
            text.hasPrefix("[")
            ? try? JSONDecoder().decode([String].self, from: Data(text.utf8))
            : text.split(separator: " ").map(String.init)
        guard let words, words.first?.hasPrefix("/") == true else {
            throw ValidationError(
                "--allow-program must be an absolute path and its arguments, was \(text)")
        }
        return words
    }
}
