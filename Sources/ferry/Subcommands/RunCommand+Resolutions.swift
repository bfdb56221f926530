import ArgumentParser
import Lifecycle
import Values

extension RunCommand {
    struct Retry: RunStartingCommand {
        static let command = "retry_run"
        static let configuration = CommandConfiguration(
            abstract: "Retry a failed run with its original configuration.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the failed run.")
        var run: Int64

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var started: String { "run \(run) is started again" }
    }

    struct Restart: RunStartingCommand {
        static let command = "restart_run"
        static let configuration = CommandConfiguration(
            abstract: "Retry a failed run with the current configuration.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the failed run.")
        var run: Int64

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var started: String { "run \(run) is started again with the current configuration" }
    }

    struct SkipTask: RunStartingCommand {
        static let command = "skip_task"
        static let configuration = CommandConfiguration(
            abstract: "Retry a failed run without one of its tables.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the failed run.")
        var run: Int64

        @Argument(help: "The table to leave out, for example public.orders.")
        var table: String

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run), "table": .string(table)] }
        var started: String { "run \(run) is started again without \(shownName(table))" }
    }

    private static let resolutionDiscussion = """
        The new run has the id of the command. With --follow, it is watched until it ends, as by \
        `ferry watch --run`, and the exit status is that of the run.
        """
}
