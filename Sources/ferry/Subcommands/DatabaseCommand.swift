import ArgumentParser
import Values

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Manage source databases.",
        subcommands: [
            FormSubcommand<Register>.self, FormSubcommand<Edit>.self,
            NameSubcommand<Unregister>.self, ListSubcommand<Databases>.self,
        ])

    struct Form: ObjectForm {
        @Option(
            help: ArgumentHelp(
                "The credential that workers read it with.", valueName: "name"),
            completion: .names(of: .credential("postgres")))
        var credential: String

        func arguments(isNew: Bool) -> [String: JSONValue?] { ["credential": .string(credential)] }
    }

    enum Register: FormAction {
        typealias Form = DatabaseCommand.Form
        static let command = "register_database"
        static let configuration = CommandConfiguration(
            commandName: "register", abstract: "Register a source database.",
            discussion: """
                Example: ferry database register crm --credential crm
                """)
        static let kind = NamedKind.database
        static let isNew = true
        static func done(_ name: String) -> String { "database \(name) registered" }
    }

    enum Edit: FormAction {
        typealias Form = DatabaseCommand.Form
        static let command = "edit_database"
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Change the credential of a source database. It need not work yet.")
        static let kind = NamedKind.database
        static let isNew = false
        static func done(_ name: String) -> String { "database \(name) edited" }
    }

    enum Unregister: ObjectAction {
        static let command = "unregister_database"
        static let configuration = CommandConfiguration(
            commandName: "unregister",
            abstract: "Remove a source database that no data export uses.")
        static let kind = NamedKind.database
        static func done(_ name: String) -> String { "database \(name) unregistered" }
    }
}
