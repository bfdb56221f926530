import ArgumentParser
import Lifecycle
import Values

extension ExportCommand {
    /// The database and tables of a data export.
    struct Form: ObjectForm {
        @Option(help: "The source database.", completion: .names(of: .database))
        var database: String?

        @Option(help: ArgumentHelp(TableNames.help, valueName: "tables"))
        var tables: [String] = []

        func arguments(isNew: Bool) -> [String: JSONValue?] {
            ["database": database.map(JSONValue.string), "tables": TableNames.json(tables)]
        }
    }

    enum Create: FormAction {
        typealias Form = ExportCommand.Form
        static let command = "create_data_export"
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Create a data export, as a draft.",
            discussion: """
                Example: ferry export create "Daily customers" --database crm \
                --tables public.customers,public.orders
                """)
        static let kind = NamedKind.dataExport
        static let isNew = true
        static func done(_ name: String) -> String { "data export \(name) created, as a draft" }
    }

    enum Edit: FormAction {
        typealias Form = ExportCommand.Form
        static let command = "edit_data_export"
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Open a draft of a data export, or change it.")
        static let kind = NamedKind.dataExport
        static let isNew = false
        static func done(_ name: String) -> String { "draft of data export \(name) saved" }
    }

    enum Activate: ObjectAction {
        static let command = "activate_data_export"
        static let configuration = CommandConfiguration(
            commandName: "activate",
            abstract: "Make the draft of a data export its active version.")
        static let kind = NamedKind.dataExport
        static func done(_ name: String) -> String { "data export \(name) activated" }
    }

    enum DiscardDraft: ObjectAction {
        static let command = "discard_draft"
        static let configuration = CommandConfiguration(
            commandName: "discard-draft",
            abstract: "Discard the draft of a data export; the active version stays.",
            discussion: "A data export that was never active is deleted with its draft.")
        static let kind = NamedKind.dataExport
        static func done(_ name: String) -> String { "draft of data export \(name) discarded" }
    }

    enum Delete: ObjectAction {
        static let command = "delete_data_export"
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete a data export that no orchestration uses.")
        static let kind = NamedKind.dataExport
        static func done(_ name: String) -> String { "data export \(name) deleted" }
    }
}
