import ArgumentParser
import Values

/// Suggests the subcommand that was probably meant by an unknown one.
enum SubcommandSearch {
    /// - Throws: ``Failure`` if the arguments begin with an unknown subcommand.
    static func check(_ arguments: [String], in root: any ParsableCommand.Type) throws {
        var command = root
        var path = root.configuration.commandName ?? ""
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            // Further words are up to a command without subcommands.
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
