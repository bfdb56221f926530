import Values
import ArgumentParser
import Lifecycle

struct SettingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setting",
        abstract: "Change a setting of Ferry, as an administrator.",
        subcommands: [Change.self])

    struct Change: SendingCommand {
        static let command = "change_setting"
        static let configuration = CommandConfiguration(
            abstract: "Change a setting.",
            discussion: """
                production_changes: "any", or "promotion only", so that data exports of \
                production are changed by promoting sandboxes alone.

                retention: "off", or a number of days, for example 400d. Workers remove what \
                ended before that once a day, as `ferry prune` does.

                waiting_commands_max: about how many commands of one role may wait to be applied, \
                from 10000 on; 100000 by default.

                Example: ferry setting change production_changes "promotion only"
                """)

        @Argument(
            help: "The setting.",
            completion: .list(Setting.allCases.map(\.rawValue)))
        var name: String

        @Argument(help: "What it is to be.")
        var value: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "value": .string(value)]
        }
        var done: String? { "\(shownName(name)) is \(shownName(value)) now" }
    }
}
