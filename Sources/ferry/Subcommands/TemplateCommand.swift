import ArgumentParser
import Lifecycle
import Values

struct TemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Manage data templates: the file settings of destinations.",
        subcommands: [
            Save<Create>.self, Save<Edit>.self, Delete.self, ListSubcommand<Templates>.self,
        ])

    /// Creating a data template, or replacing its settings.
    struct Save<Action: ObjectAction>: SendingCommand {
        static var command: String { Action.command }
        static var configuration: CommandConfiguration { Action.configuration }

        @Argument(help: NamedKind.destination.help, completion: .names(of: .destination))
        var destination: String

        @Argument(help: NamedKind.dataTemplate.help, completion: .names(of: .dataTemplate))
        var name: String

        @OptionGroup var settings: SettingsOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            get throws {
                [
                    "destination": .string(destination), "name": .string(name),
                    "settings": try settings.required,
                ]
            }
        }
        var done: String? {
            Action.done("\(shownName(name)) of destination \(shownName(destination))")
        }
    }

    enum Create: ObjectAction {
        static let command = "create_data_template"
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Create a data template: named file settings of a destination.",
            discussion: """
                Example: ferry template create Exchange CSV --setting format=csv \
                --setting compression=gzip
                """)
        static let kind = NamedKind.dataTemplate
        static func done(_ name: String) -> String { "data template \(name) created" }
    }

    enum Edit: ObjectAction {
        static let command = "edit_data_template"
        static let configuration = CommandConfiguration(
            commandName: "edit", abstract: "Replace the settings of a data template.")
        static let kind = NamedKind.dataTemplate
        static func done(_ name: String) -> String { "data template \(name) edited" }
    }

    struct Delete: SendingCommand {
        static let command = "delete_data_template"
        static let configuration = CommandConfiguration(
            abstract: "Delete a data template that no orchestration uses.")

        @Argument(help: "Name of the destination.", completion: .names(of: .destination))
        var destination: String

        @Argument(help: "Name of the data template.", completion: .names(of: .dataTemplate))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["destination": .string(destination), "name": .string(name)]
        }
        var done: String? {
            "data template \(shownName(name)) of destination \(shownName(destination)) deleted"
        }
    }
}
