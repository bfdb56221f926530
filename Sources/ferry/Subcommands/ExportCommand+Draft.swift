import ArgumentParser
import Lifecycle
import Values

extension ExportCommand {
    enum AddTables: ObjectAction {
        static let command = "add_tables"
        static let kind = NamedKind.dataExport
        static let configuration = CommandConfiguration(
            commandName: "add-tables", abstract: "Add tables to the draft of a data export.")
        static func done(_ name: String) -> String {
            "tables added to the draft of data export \(name)"
        }
    }

    enum RemoveTables: ObjectAction {
        static let command = "remove_tables"
        static let kind = NamedKind.dataExport
        static let configuration = CommandConfiguration(
            commandName: "remove-tables",
            abstract: "Remove tables from the draft of a data export.")
        static func done(_ name: String) -> String {
            "tables removed from the draft of data export \(name)"
        }
    }

    struct EditTable: SendingCommand {
        static let command = "edit_table"
        static let configuration = CommandConfiguration(
            abstract: "Set a table's columns, row filter, masks and row limits (in the draft).",
            discussion: """
                The settings columns, filter, mask and rows replace all settings of the table in \
                the draft; --settings '{}' removes them.

                Example: ferry export edit-table "Daily customers" public.customers \
                --setting columns='["id", "name"]' --setting mask.name=hash \
                --setting rows.minimum=1000
                """)

        @Argument(help: "Name of the data export.", completion: .names(of: .dataExport))
        var name: String

        @Argument(help: "The table: public.customers.")
        var table: String

        @OptionGroup var settings: SettingsOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            get throws {
                [
                    "name": .string(name), "table": .string(table),
                    "settings": try settings.required,
                ]
            }
        }
        var done: String? {
            "settings of table \(shownName(table)) saved in the draft of data export "
                + shownName(name)
        }
    }

    struct SwitchDatabase: SendingCommand {
        static let command = "switch_database"
        static let configuration = CommandConfiguration(
            abstract: "Switch the draft of a data export to another database.",
            discussion: "Its tables must be chosen again, here or later.")

        @Argument(help: "Name of the data export.", completion: .names(of: .dataExport))
        var name: String

        @Argument(help: "Name of the database.", completion: .names(of: .database))
        var database: String

        @Option(help: ArgumentHelp(TableNames.help, valueName: "tables"))
        var tables: [String] = []

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "name": .string(name), "database": .string(database),
                "tables": TableNames.json(tables),
            ]
        }
        var done: String? {
            "draft of data export \(shownName(name)) switched to database \(shownName(database))"
        }
    }
}
