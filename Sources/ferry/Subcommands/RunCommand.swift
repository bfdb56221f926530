import ArgumentParser
import Lifecycle

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Look ahead at runs, stop them, and resolve those that failed.",
        discussion: "`ferry orchestration run` starts one.",
        subcommands: [
            RunPlanCommand.self, Stop.self, Retry.self, Restart.self, SkipTask.self,
        ])

    struct Stop: SendingCommand {
        static let command = "stop_run"
        static let configuration = CommandConfiguration(
            abstract: "Stop a run before it publishes; nothing of it becomes visible.")

        @Argument(help: "The id of the run.")
        var run: Int64

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var done: String? { "run \(run) is being stopped" }
    }
}
