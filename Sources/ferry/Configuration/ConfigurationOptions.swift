import ArgumentParser

/// What `plan` and `apply` take.
struct ConfigurationOptions: ParsableArguments {
    @Argument(
        help: "The configuration file; - for the standard input.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(
        help: "The environment: production (the default), or a sandbox.",
        completion: .names(of: .environment))
    var environment: String?

    @Flag(help: "Delete the objects that the file does not hold; without it they stay.")
    var prune = false

    @OptionGroup var format: OutputOptions
}
