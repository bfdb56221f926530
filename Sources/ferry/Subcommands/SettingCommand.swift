import ArgumentParser
import Lifecycle
import Values

struct SettingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setting",
        abstract: "Change Ferry's settings (administrators only).",
        subcommands: [Change.self])

    struct Change: SendingCommand {
        static let command = "change_setting"
        static let configuration = CommandConfiguration(
            abstract: "Change a setting.",
            discussion: """
                production_changes: "any", or "promotion only": data exports of production change \
                only by promoting sandboxes.

                retention: "off", or a number of days, for example 400d. Once a day, workers \
                remove older data, as `ferry prune` does.

                waiting_commands_max: approximate maximum number of waiting commands per role; \
                10000 or more, 100000 by default.

                Example: ferry setting change production_changes "promotion only"
                """)

        @Argument(
            help: "The setting.",
            completion: .list(Setting.allCases.map(\.rawValue)))
        var name: String

        @Argument(help: "The new value.")
        var value: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "value": .string(value)]
        }
        var done: String? { "\(shownName(name)) is now \(shownName(value))" }
    }
}
