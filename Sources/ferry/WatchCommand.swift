import ArgumentParser
import Foundation
import Postgres
import Watching

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch runs and events as they happen.",
        discussion: """
            On a terminal: a live table of the runs and the last events. Otherwise: one line per \
            event. With --output ndjson: one JSON object per line, first a snapshot of the current \
            state, then every event once, each with a cursor. --after continues from a cursor \
            without loss or repetition, even after days or a restart.

            Watching one run or command ends when it ends; the exit status is that of the run or \
            command. Shows what your policies allow you to view, and what your commands caused. \
            When the reader closes the output, watch ends with 0.
            """)

    @Option(help: ArgumentHelp("Only this data export and its runs.", valueName: "name"))
    var export: String?

    @Option(help: ArgumentHelp("Only this run, until it has ended.", valueName: "id"))
    var run: Int64?

    @Option(help: ArgumentHelp("Only this command, until it has ended.", valueName: "id"))
    var command: Int64?

    @Option(help: ArgumentHelp("Continue after this event's cursor.", valueName: "cursor"))
    var after: String?

    @Flag(help: "Show the current state once, and exit.")
    var once = false

    @OptionGroup var format: OutputOptions

    private var scope: Scope {
        if let export { return .export(export) }
        if let run { return .run(run) }
        if let command { return .command(command) }
        return .everything
    }

    func validate() throws {
        let given = [export != nil, run != nil, command != nil].filter { $0 }.count
        if given > 1 { throw ValidationError("give one of --export, --run and --command") }
        if let after {
            do { _ = try Cursor(after) } catch { throw ValidationError("--after: \(error)") }
        }
    }

    func run() async throws {
        let connection = try await QueueDatabase.connect()
        try await QueueDatabase.checkSchema(connection)
        await connection.close()
        let outcome = try await Self.watch(
            scope, after: try after.map(Cursor.init), once: once, format: format.output)
        throw (outcome?.status ?? .succeeded).code
    }

    /// Shows a run until it has ended, and returns how it ended.
    static func follow(run: Int64, format: OutputFormat) async throws -> ExitStatus {
        try await watch(.run(run), after: nil, once: false, format: format)?.status ?? .succeeded
    }

    private static func watch(
        _ scope: Scope, after: Cursor?, once: Bool, format: OutputFormat
    ) async throws -> Outcome? {
        let view: any WatchView
        switch format {
        case .ndjson: view = LineView(json: true, startsWithState: after == nil)
        case .table where Terminal.isInteractive && !once: view = LiveView()
        case .table where once && after == nil: view = FrameView()
        case .table: view = LineView(json: false, startsWithState: after == nil)
        }
        let signals = Interruption.handle(farewell: view.farewell)
        defer { withExtendedLifetime(signals) {} }
        return try await Watcher(scope: scope, after: after, view: view).watch(once: once)
    }
}

extension Outcome {
    var status: ExitStatus {
        switch self {
        case .succeeded: .succeeded
        case .failed: .failed
        case .stopped: .stopped
        }
    }
}
