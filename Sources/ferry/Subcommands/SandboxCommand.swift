import Values
import ArgumentParser
import Lifecycle

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Change a copy of production's configuration, try it, and promote it.",
        subcommands: [
            Create.self, SandboxDiffCommand.self, Pull.self, Promote.self, Delete.self,
            ListSubcommand<Sandboxes>.self,
        ])

    struct Create: SendingCommand {
        static let command = "create_sandbox"
        static let configuration = CommandConfiguration(
            abstract: "Create a sandbox: a copy of what is configured in production.",
            discussion: """
                Its name is the environment of what is done in it: --environment NAME.

                Example: ferry sandbox create Spring --description "new layout for the CRM"
                """)

        @Argument(help: "Name of the new sandbox.")
        var name: String

        @Option(help: "What it is for, in at most 512 characters.")
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
            abstract: "Bring what production changed since the last sync into a sandbox.")

        @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
        var name: String

        @Option(
            help: "Whose objects prevail where both sides changed them: sandbox or production.",
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
            abstract: "Apply all that a sandbox changed to production, at once.",
            discussion: "`ferry sandbox diff NAME` shows what that is.")

        @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
        var name: String

        @Option(help: "Why production changes, in at most 512 characters.")
        var message: String

        @Flag(help: "Delete the sandbox in the same step.")
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
            abstract: "Delete a sandbox with all that is configured in it.",
            discussion: "What its runs delivered stays in the quarantine of each destination.")

        @Argument(help: "Name of the sandbox.", completion: .names(of: .sandbox))
        var name: String

        @Option(help: "The sandbox's name again, as it cannot be undone.")
        var confirm: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "confirm": .string(confirm)]
        }
        var done: String? { "sandbox \(shownName(name)) deleted" }
    }
}
