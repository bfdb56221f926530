import ArgumentParser
import Lifecycle
import Values

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Manage sandboxes: change and test a copy of production, then promote it.",
        subcommands: [
            Create.self, SandboxDiffCommand.self, Pull.self, Promote.self, Delete.self,
            ListSubcommand<Sandboxes>.self,
        ])

    struct Create: SendingCommand {
        static let command = "create_sandbox"
        static let configuration = CommandConfiguration(
            abstract: "Create a sandbox: a copy of production's configuration.",
            discussion: """
                To work in the sandbox, give its name as the environment: --environment NAME.

                Example: ferry sandbox create Spring --description "new layout for the CRM"
                """)

        @Argument(help: "Name of the new sandbox.")
        var name: String

        @Option(help: "Purpose of the sandbox; at most 512 characters.")
        var description: String?

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "description": description.map { .string($0) }]
        }
        var done: String? { "sandbox \(shownName(name)) created" }
    }

    struct Pull: SendingCommand {
        static let command = "pull_sandbox"
        static let configuration = CommandConfiguration(
            abstract: "Bring production's changes since the last sync into a sandbox.")

        @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
        var name: String

        @Option(
            help: "Which side wins where both changed an object: sandbox or production.",
            completion: .list(ConfigurationMerge.Side.allCases.map(\.rawValue)))
        var keep: String?

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "keep": keep.map { .string($0) }]
        }
        var done: String? { "sandbox \(shownName(name)) pulled" }
    }

    struct Promote: SendingCommand {
        static let command = "promote_sandbox"
        static let configuration = CommandConfiguration(
            abstract: "Apply all changes of a sandbox to production, in one step.",
            discussion: "`ferry sandbox diff NAME` shows the changes.")

        @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
        var name: String

        @Option(help: "Reason for the change; at most 512 characters.")
        var message: String

        @Flag(help: "Also delete the sandbox.")
        var delete = false

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "name": .string(name), "message": .string(message),
                "delete": delete ? true : nil,
            ]
        }
        var done: String? {
            "sandbox \(shownName(name)) promoted" + (delete ? ", and deleted" : "")
        }
    }

    struct Delete: SendingCommand {
        static let command = "delete_sandbox"
        static let configuration = CommandConfiguration(
            abstract: "Delete a sandbox and all objects in it.",
            discussion: "Its deliveries stay in the quarantine of each destination.")

        @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
        var name: String

        @Option(help: "The sandbox's name again, to confirm: deletion cannot be undone.")
        var confirm: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "confirm": .string(confirm)]
        }
        var done: String? { "sandbox \(shownName(name)) deleted" }
    }
}
