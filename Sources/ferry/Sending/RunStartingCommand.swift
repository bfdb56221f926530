import ArgumentParser

/// A subcommand that starts a run, which can then be watched.
protocol RunStartingCommand: SendingCommand {
    var following: FollowingOptions { get }
    /// The message once the command was applied.
    var started: String { get }
}

extension RunStartingCommand {
    var done: String? { following.done(started, sending) }

    func validate() throws { try following.validate(with: sending) }

    func follow(_ sent: SentCommand) async throws -> ExitStatus {
        try await following.follow(sent, sending)
    }
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
