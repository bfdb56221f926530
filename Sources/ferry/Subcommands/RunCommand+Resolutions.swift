import Values
import ArgumentParser
import Lifecycle

extension RunCommand {
    struct Retry: SendingCommand {
        static let command = "retry_run"
        static let configuration = CommandConfiguration(
            abstract: "Start a run that failed again, with what it was started with.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the run that failed.")
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
            abstract: "Start a run that failed again, with today's configuration.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the run that failed.")
        var run: Int64

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["run": .int(run)] }
        var done: String? {
            following.done("run \(run) is started again as it is configured now", sending)
        }

        func validate() throws { try following.validate(with: sending) }
        func follow(_ sent: SentCommand) async throws -> ExitStatus {
            try await following.follow(sent, sending)
        }
    }

    struct SkipTask: SendingCommand {
        static let command = "skip_task"
        static let configuration = CommandConfiguration(
            abstract: "Start a run that failed again, without one of its tables.",
            discussion: resolutionDiscussion)

        @Argument(help: "The id of the run that failed.")
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
        It is a new run, which bears the id of the command. With --follow it is watched to its \
        end, as `ferry watch --run` does, and the exit status says how that was.
        """
}

/// What a subcommand takes that starts a run.
struct FollowingOptions: ParsableArguments {
    @Flag(help: "Watch the run until it has ended; the exit status says how.")
    var follow = false

    /// What is watched goes on as watch writes it.
    func done(_ sentence: String, _ sending: SendingOptions) -> String? {
        follow && sending.format.output == .ndjson ? nil : sentence
    }

    func validate(with sending: SendingOptions) throws {
        if follow && !sending.waits {
            throw ValidationError("--follow goes with waiting for the command")
        }
    }

    func follow(_ sent: SentCommand, _ sending: SendingOptions) async throws -> ExitStatus {
        guard follow else { return .succeeded }
        return try await WatchCommand.follow(run: sent.id, format: sending.format.output)
    }
}
