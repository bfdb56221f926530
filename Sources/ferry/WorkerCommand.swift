import ArgumentParser
import Alerts
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
        abstract: "Apply commands and carry out runs until told to stop.",
        discussion: """
            Start as many as you like, on as many machines as you like. On SIGTERM or SIGINT it \
            takes on nothing new, finishes or hands back what it has begun, and ends with \
            status 0 within 10 seconds, whatever hangs; a second signal ends it at once. Logs \
            go to standard error.

            What commands call a credential is a secret that you give the workers: in a variable \
            FERRY_CREDENTIAL_NAME, or in a file or a directory (--credentials). Nothing else of \
            their environment and their files can be referred to.
            """)

    @Option(help: "How many tables are read at once.")
    var concurrency = 2

    @Option(help: "How many batches of commands are applied at once.")
    var commandConcurrency = 2

    @Option(help: "The worker's name, as people see it. Default: host and process.")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "A YAML file of credentials by name, or a directory with a file for each; may be "
                + "given several times.", valueName: "path"))
    var credentials: [String] = []

    @Option(
        name: .customLong("allow-directory"),
        help: ArgumentHelp(
            "A directory that destinations may write into; may be given several times.",
            valueName: "path"))
    var allowedDirectories: [String] = []

    @Option(
        name: .customLong("allow-program"),
        help: ArgumentHelp(
            "A command line that alerts may run: an absolute path and its arguments, with spaces "
                + "between them or as a JSON array; may be given several times.",
            valueName: "words"),
        transform: Self.words(of:))
    var allowedPrograms: [[String]] = []

    @Flag(
        help: "Let filters call volatile functions, with all that the source's role may do.")
    var allowVolatileFilters = false

    @Option(
        help: ArgumentHelp(
            "Seconds that a claim stays valid without a heartbeat.", valueName: "seconds"))
    var lease: Double = 30

    @Option(
        help: ArgumentHelp(
            "How long after its first start a run that met a passing trouble is tried again.",
            valueName: "seconds"))
    var retryFor: Double = 7200

    @Option(
        help: ArgumentHelp(
            "Seconds between two checks of each sandbox, by whichever worker.",
            valueName: "seconds"))
    var sandboxCheckInterval: Double = 30

    @Option(
        help: "trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("there is no log level \(text)")
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
                this worker runs as root, which it never needs: files that it writes belong to \
                root, and a fault in it could do anything on this machine; start it as a user \
                of its own
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
        // Before anything is begun: until then a signal ends the process as it is.
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

    /// Ends the process shortly before supervisors would kill it, should even the orderly way hang.
    /// Others take over what it held, as its sessions end with it.
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
