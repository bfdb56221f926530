import ArgumentParser

/// The options of `plan` and `apply`.
struct ConfigurationOptions: ParsableArguments {
    @Argument(
        help: "The configuration file; - for standard input.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Option(
        help: "The environment: production (the default), or a sandbox.",
        completion: .names(of: .environment))
    var environment: String?

    @Flag(help: "Delete the objects that are not in the file. Without it they stay.")
    var prune = false

    @OptionGroup var format: OutputOptions
}
