import ArgumentParser

/// The options of every subcommand that sends a command.
struct SendingOptions: ParsableArguments {
    @Option(
        help: "The environment: production (the default), or a sandbox.",
        completion: .names(of: .environment))
    var environment: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Wait until the command has ended. Default, unless --at is given.")
    var wait: Bool?

    @Option(help: ArgumentHelp("Maximum number of seconds to wait.", valueName: "seconds"))
    var timeout = 120.0

    @Option(help: ArgumentHelp("Priority: 0 (first) to 3 (last). Default: 2.", valueName: "number"))
    var priority: Int?

    @Option(
        help: ArgumentHelp(
            "Not before this time, for example 2026-01-31T02:00Z.", valueName: "time"))
    var at: String?

    @Option(help: ArgumentHelp("Sending again with the same key has no effect.", valueName: "key"))
    var idempotencyKey: String?

    @OptionGroup var format: OutputOptions

    var waits: Bool { wait ?? (at == nil) }

    func validate() throws {
        try checkTimeout(timeout)
        try checkPriority(priority)
    }
}

/// Rejects an invalid priority.
func checkPriority(_ priority: Int?) throws {
    if let priority, !(0...3).contains(priority) {
        throw ValidationError("--priority must be 0 to 3, was \(priority)")
    }
}

/// Rejects an invalid time limit.
func checkTimeout(_ seconds: Double) throws {
    guard seconds > 0, seconds <= 31_536_000 else {
        throw ValidationError("--timeout must be more than 0 seconds and at most a year")
    }
}
