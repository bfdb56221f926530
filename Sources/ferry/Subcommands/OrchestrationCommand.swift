import ArgumentParser
import Lifecycle
import Values

struct OrchestrationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orchestration",
        abstract: "Manage orchestrations: which data exports go to which destinations.",
        subcommands: [
            Add.self, Edit.self, NameSubcommand<Delete>.self, Run.self,
            ListSubcommand<Orchestrations>.self,
        ])

    struct Add: SendingCommand {
        static let command = "add_orchestration"
        static let configuration = CommandConfiguration(
            abstract: "Add an orchestration: send a data export to a destination, with a data "
                + "template.",
            discussion: """
                Example: ferry orchestration add "Daily customers" --destination Exchange \
                --template CSV
                """)

        @Argument(help: "Name of the data export.", completion: .names(of: .dataExport))
        var dataExport: String

        @Option(help: "The destination.", completion: .names(of: .destination))
        var destination: String

        @Option(
            help: "The data template of the destination.", completion: .names(of: .dataTemplate))
        var template: String

        @Option(help: "Name of the orchestration. Default: the name of the data export.")
        var name: String?

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "data_export": .string(dataExport), "destination": .string(destination),
                "data_template": .string(template), "name": name.map(JSONValue.string),
            ]
        }
        var done: String? { "orchestration \(shownName(name ?? dataExport)) added" }
    }

    struct Edit: SendingCommand {
        static let command = "edit_orchestration"
        static let configuration = CommandConfiguration(
            abstract: "Change the data export, destination or data template of an orchestration.",
            discussion: "Settings that are not given stay. Another destination also needs a "
                + "template of that destination.")

        @Argument(help: "Name of the orchestration.", completion: .names(of: .orchestration))
        var name: String

        @Option(
            name: .customLong("export"), help: "The data export.",
            completion: .names(of: .dataExport))
        var dataExport: String?

        @Option(help: "The destination.", completion: .names(of: .destination))
        var destination: String?

        @Option(
            help: "The data template of the destination.", completion: .names(of: .dataTemplate))
        var template: String?

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "name": .string(name), "data_export": dataExport.map(JSONValue.string),
                "destination": destination.map(JSONValue.string),
                "data_template": template.map(JSONValue.string),
            ]
        }
        var done: String? { "orchestration \(shownName(name)) edited" }
    }

    enum Delete: ObjectAction {
        static let command = "delete_orchestration"
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete an orchestration; its runs stay recorded.")
        static let kind = NamedKind.orchestration
        static func done(_ name: String) -> String { "orchestration \(name) deleted" }
    }

    struct Run: RunStartingCommand {
        static let command = "run_orchestration"
        static let configuration = CommandConfiguration(
            abstract: "Start a run of an orchestration.",
            discussion: """
                The run has the id of the command. With --follow, the run is watched until it \
                ends, as by `ferry watch --run`, and the exit status is that of the run.
                """)

        @Argument(help: "Name of the orchestration.", completion: .names(of: .orchestration))
        var name: String

        @OptionGroup var following: FollowingOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var started: String { "run of orchestration \(shownName(name)) requested" }
    }
}
