import ArgumentParser
import Lifecycle

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Register source databases, whose tables are exported.",
        subcommands: [Register.self, Edit.self, Unregister.self])

    struct Register: SendingCommand {
        static let command = "register_database"
        static let configuration = CommandConfiguration(
            abstract: "Register a source database.",
            discussion: """
                Example: ferry database register crm --credential crm
                """)

        @Argument(help: "The name it is to have.")
        var name: String

        @Option(
            help: ArgumentHelp(
                "The credential with which the workers read it.", valueName: "name"),
            completion: .names(of: .credential("postgres")))
        var credential: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "credential": .string(credential)]
        }
        var done: String? { "database \(shownName(name)) registered" }
    }

    struct Edit: SendingCommand {
        static let command = "edit_database"
        static let configuration = CommandConfiguration(
            abstract: "Read a source database with another credential, which need not work yet.")

        @Argument(help: "The database.", completion: .names(of: .database))
        var name: String

        @Option(
            help: ArgumentHelp(
                "The credential with which the workers read it.", valueName: "name"),
            completion: .names(of: .credential("postgres")))
        var credential: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "credential": .string(credential)]
        }
        var done: String? { "database \(shownName(name)) edited" }
    }

    struct Unregister: SendingCommand {
        static let command = "unregister_database"
        static let configuration = CommandConfiguration(
            abstract: "Forget a source database that no data export uses.")

        @Argument(help: "The database.", completion: .names(of: .database))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "database \(shownName(name)) unregistered" }
    }
}
