import ArgumentParser
import Lifecycle
import Values

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Plan, stop, resolve and abandon runs.",
        discussion: "`ferry orchestration run` starts one.",
        subcommands: [
            RunPlanCommand.self, Stop.self, Retry.self, Restart.self, SkipTask.self,
            Abandon.self, ListSubcommand<Runs>.self,
        ])

    struct Stop: SendingCommand {
        static let command = "stop_run"
        static let configuration = CommandConfiguration(
            abstract: "Stop a run before it publishes; none of its output becomes visible.")

        @Argument(help: "The id of the run.")
        var run: Int64

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var done: String? { "run \(run) is being stopped" }
    }

    struct Abandon: SendingCommand {
        static let command = "abandon_run"
        static let configuration = CommandConfiguration(
            abstract: "End a run that is publishing and cannot finish.",
            discussion: """
                For administrators. The run is marked as failed. Its error says whether its \
                manifest is visible at the destination, as far as this can be determined.
                """)

        @Argument(help: "The id of the run.")
        var run: Int64

        @Option(
            help: ArgumentHelp("Name of its orchestration, to confirm.", valueName: "name"),
            completion: .names(of: .orchestration))
        var confirm: String

        @Option(help: ArgumentHelp("Reason for abandoning the run.", valueName: "text"))
        var reason: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["run": .int(run), "confirm": .string(confirm), "reason": .string(reason)]
        }
        var done: String? { "run \(run) is abandoned" }
    }
}
