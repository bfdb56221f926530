import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Look ahead at a run.",
        subcommands: [RunPlanCommand.self])
}
