import ArgumentParser
import Lifecycle

extension ExportCommand {
    struct Create: SendingCommand {
        static let command = "create_data_export"
        static let configuration = CommandConfiguration(
            abstract: "Create a data export, as a draft.",
            discussion: """
                Example: ferry export create "Daily customers" --database crm \
                --tables public.customers,public.orders
                """)

        @Argument(help: "The name it is to have.")
        var name: String

        @Option(help: "The database whose tables it sends.", completion: .names(of: .database))
        var database: String?

        @Option(help: ArgumentHelp(TableNames.help, valueName: "tables"))
        var tables: [String] = []

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "name": .string(name), "database": database.map(JSONValue.string),
                "tables": TableNames.json(tables),
            ]
        }
        var done: String? { "data export \(shownName(name)) created, as a draft" }
    }

    struct Activate: SendingCommand {
        static let command = "activate_data_export"
        static let configuration = CommandConfiguration(
            abstract: "Make the draft of a data export its active version.")

        @Argument(help: "The data export.", completion: .names(of: .dataExport))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "data export \(shownName(name)) activated" }
    }

    struct DiscardDraft: SendingCommand {
        static let command = "discard_draft"
        static let configuration = CommandConfiguration(
            abstract: "Drop the draft of a data export; its active version stays.",
            discussion: "A data export that was never active disappears with its draft.")

        @Argument(help: "The data export.", completion: .names(of: .dataExport))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "draft of data export \(shownName(name)) discarded" }
    }

    struct Delete: SendingCommand {
        static let command = "delete_data_export"
        static let configuration = CommandConfiguration(
            abstract: "Delete a data export that no orchestration uses.")

        @Argument(help: "The data export.", completion: .names(of: .dataExport))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "data export \(shownName(name)) deleted" }
    }
}
