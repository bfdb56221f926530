import Values
import ArgumentParser
import Lifecycle

struct DestinationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destination",
        abstract: "Say where files go: destinations.",
        subcommands: [
            Create.self, Edit.self, NameSubcommand<Delete>.self, NameSubcommand<Test>.self,
            ListSubcommand<Destinations>.self,
        ])

    struct Create: SendingCommand {
        static let command = "create_destination"
        static let configuration = CommandConfiguration(
            abstract: "Create a destination, once a test of it has passed.",
            discussion: """
                A worker connects, writes, reads back and deletes a file there first.

                Example: ferry destination create Exchange --kind directory \
                --setting path=/exports
                """)

        @Argument(help: "Name of the new destination.")
        var name: String

        @Option(
            help: "The kind: directory, s3, sftp or postgres.",
            completion: .list(Lifecycle.Destination.kinds))
        var kind: String

        @OptionGroup var settings: SettingsOptions

        @Flag(help: "Only administrators may use it.")
        var administratorsOnly = false

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            get throws {
                [
                    "name": .string(name), "kind": .string(kind),
                    "settings": try settings.required,
                    "administrators_only": administratorsOnly ? true : nil,
                ]
            }
        }
        var done: String? { "destination \(shownName(name)) tested and created" }
    }

    struct Edit: SendingCommand {
        static let command = "edit_destination"
        static let configuration = CommandConfiguration(
            abstract: "Change a destination, once a test of its new settings has passed.",
            discussion: "The settings replace those it has. What is not given stays.")

        @Argument(help: "Name of the destination.", completion: .names(of: .destination))
        var name: String

        @Option(
            help: "The kind that it has; it cannot be changed.",
            completion: .list(Lifecycle.Destination.kinds))
        var kind: String?

        @OptionGroup var settings: SettingsOptions

        @Flag(inversion: .prefixedNo, help: "Only administrators may use it.")
        var administratorsOnly: Bool?

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            get throws {
                [
                    "name": .string(name), "kind": kind.map(JSONValue.string),
                    "settings": try settings.optional,
                    "administrators_only": administratorsOnly.map(JSONValue.bool),
                ]
            }
        }
        var done: String? { "destination \(shownName(name)) edited" }
    }

    enum Delete: ObjectAction {
        static let command = "delete_destination"
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete a destination that no data template or orchestration uses.")
        static let kind = NamedKind.destination
        static func done(_ name: String) -> String { "destination \(name) deleted" }
    }

    enum Test: ObjectAction {
        static let command = "test_destination"
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Test a destination again: connect, write, read back, delete.",
            discussion: "Changes nothing. `ferry doctor --destinations` tests all of them.")
        static let kind = NamedKind.destination
        static func done(_ name: String) -> String {
            "destination \(name): written, read back and deleted"
        }
    }
}
