import ArgumentParser
import Lifecycle

struct TemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Say what files are like: the data templates of destinations.",
        subcommands: [Create.self, Edit.self, Delete.self])

    struct Create: SendingCommand {
        static let command = "create_data_template"
        static let configuration = CommandConfiguration(
            abstract: "Create a data template: named file settings of a destination.",
            discussion: """
                Example: ferry template create Exchange CSV --setting format=csv \
                --setting compression=gzip
                """)

        @Argument(help: "The destination.", completion: .names(of: .destination))
        var destination: String

        @Argument(help: "The name it is to have.")
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
            "data template \(shownName(name)) of destination \(shownName(destination)) created"
        }
    }

    struct Edit: SendingCommand {
        static let command = "edit_data_template"
        static let configuration = CommandConfiguration(
            abstract: "Replace the settings of a data template.")

        @Argument(help: "The destination.", completion: .names(of: .destination))
        var destination: String

        @Argument(help: "The data template.", completion: .names(of: .dataTemplate))
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
            "data template \(shownName(name)) of destination \(shownName(destination)) edited"
        }
    }

    struct Delete: SendingCommand {
        static let command = "delete_data_template"
        static let configuration = CommandConfiguration(
            abstract: "Delete a data template that no orchestration uses.")

        @Argument(help: "The destination.", completion: .names(of: .destination))
        var destination: String

        @Argument(help: "The data template.", completion: .names(of: .dataTemplate))
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
