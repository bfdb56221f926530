import ArgumentParser
import Lifecycle
import Values

struct DestinationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destination",
        abstract: "Manage destinations: where deliveries go.",
        subcommands: [
            Create.self, Edit.self, NameSubcommand<Delete>.self, NameSubcommand<Test>.self,
            ListSubcommand<Destinations>.self,
        ])

    struct Create: SendingCommand {
        static let command = "create_destination"
        static let configuration = CommandConfiguration(
            abstract: "Test and create a destination.",
            discussion: """
                First, a worker connects, writes a file, reads it back and deletes it.

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

        @Flag(help: "Restrict the destination to administrators.")
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
            abstract: "Test and change a destination's settings.",
            discussion: "Given settings replace all current ones. Other properties stay.")

        @Argument(help: "Name of the destination.", completion: .names(of: .destination))
        var name: String

        @Option(
            help: "The current kind; it cannot be changed.",
            completion: .list(Lifecycle.Destination.kinds))
        var kind: String?

        @OptionGroup var settings: SettingsOptions

        @Flag(inversion: .prefixedNo, help: "Restrict the destination to administrators.")
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
