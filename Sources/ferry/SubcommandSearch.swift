import Values
import ArgumentParser

/// Tells what was probably meant by a subcommand that does not exist.
enum SubcommandSearch {
    /// - Throws: ``Failure`` when the arguments begin with a word that is no subcommand.
    static func check(_ arguments: [String], in root: any ParsableCommand.Type) throws {
        var command = root
        var path = root.configuration.commandName ?? ""
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            // What follows a command that has none is its own to judge.
            if subcommands.isEmpty || argument.hasPrefix("-") { return }
            if command == root, argument == "help" { return }
            let names = subcommands.map(name(of:))
            guard let place = names.firstIndex(of: argument) else {
                throw Failure(
                    .usage,
                    "unknown subcommand \(shownName(argument)) of \(path)"
                        + Suggestion.words(for: argument, among: names),
                    hint: "see `\(path) --help`")
            }
            command = subcommands[place]
            path += " " + argument
        }
    }

    static func name(of command: any ParsableCommand.Type) -> String {
        command._commandName
    }
}
