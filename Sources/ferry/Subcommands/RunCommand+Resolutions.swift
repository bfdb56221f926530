import Values
import ArgumentParser
import Lifecycle

extension RunCommand {
    struct Retry: SendingCommand {
        static let command = "retry_run"
        static let configuration = CommandConfiguration(
            abstract: "Retry a failed run with its original configuration.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the failed run.")
        var run: Int64

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var done: String? { following.done("run \(run) is started again", sending) }

        func validate() throws { try following.validate(with: sending) }
        func follow(_ sent: SentCommand) async throws -> ExitStatus {
            try await following.follow(sent, sending)
        }
    }

    struct Restart: SendingCommand {
        static let command = "restart_run"
        static let configuration = CommandConfiguration(
            abstract: "Retry a failed run with the current configuration.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the failed run.")
        var run: Int64

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var done: String? {
            following.done("run \(run) is started again with the current configuration", sending)
        }

        func validate() throws { try following.validate(with: sending) }
        func follow(_ sent: SentCommand) async throws -> ExitStatus {
            try await following.follow(sent, sending)
        }
    }

    struct SkipTask: SendingCommand {
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
        var done: String? {
            following.done("run \(run) is started again without \(shownName(table))", sending)
        }

        func validate() throws { try following.validate(with: sending) }
        func follow(_ sent: SentCommand) async throws -> ExitStatus {
            try await following.follow(sent, sending)
        }
    }

    private static let resolutionDiscussion = """
        The new run has the id of the command. With --follow, it is watched until it ends, as by \
        `ferry watch --run`, and the exit status is that of the run.
        """
}

/// The options of a subcommand that starts a run.
struct FollowingOptions: ParsableArguments {
    @Flag(help: "Watch the run until it has ended; the exit status is that of the run.")
    var follow = false

    /// For programs, only the output of watch follows.
    func done(_ sentence: String, _ sending: SendingOptions) -> String? {
        follow && sending.format.output == .ndjson ? nil : sentence
    }

    func validate(with sending: SendingOptions) throws {
        if follow && !sending.waits {
            throw ValidationError(
                "--follow requires waiting for the command: omit --no-wait and --at")
        }
    }

    func follow(_ sent: SentCommand, _ sending: SendingOptions) async throws -> ExitStatus {
        guard follow else { return .succeeded }
        return try await WatchCommand.follow(run: sent.id, format: sending.format.output)
    }
}
