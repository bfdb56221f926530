import ArgumentParser
import Lifecycle
import Values
import Watching

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Manage policies: what database roles are allowed to do.",
        subcommands: [Grant.self, Revoke.self])

    struct Grant: SendingCommand {
        static let command = "grant_policy"
        static let configuration = CommandConfiguration(
            abstract: "Grant a policy to a database role, deny it, or change its options.",
            discussion: "Example: ferry policy grant data_team datagrid_operator")

        @Argument(help: "The database role.")
        var role: String

        @Argument(help: PolicyCommand.help, completion: PolicyCommand.names)
        var policy: String

        @Flag(help: "Grant it in all environments, not just one.")
        var allEnvironments = false

        @Flag(help: "Deny the policy instead; a denial takes precedence.")
        var denial = false

        @Flag(help: "Also allow the role to pull, promote and delete sandboxes.")
        var allowSandboxAdministration = false

        @Flag(help: "Do not allow the role to run or orchestrate data exports.")
        var restrictDataExports = false

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "role": .string(role), "policy": .string(policy),
                "all_environments": allEnvironments ? true : nil, "denial": denial ? true : nil,
                "allow_sandbox_administration": allowSandboxAdministration ? true : nil,
                "restrict_data_exports": restrictDataExports ? true : nil,
            ]
        }
        var done: String? {
            "\(shown(policy)) \(denial ? "denied" : "granted") to "
                + "role \(shownName(role))"
        }
    }

    struct Revoke: SendingCommand {
        static let command = "revoke_policy"
        static let configuration = CommandConfiguration(
            abstract: "Revoke a policy or a denial from a role.")

        @Argument(help: "The database role.")
        var role: String

        @Argument(help: PolicyCommand.help, completion: PolicyCommand.names)
        var policy: String

        @Flag(help: "Revoke the one granted in all environments.")
        var allEnvironments = false

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            [
                "role": .string(role), "policy": .string(policy),
                "all_environments": allEnvironments ? true : nil,
            ]
        }
        var done: String? {
            "\(shown(policy)) revoked from role \(shownName(role))"
        }
    }

    private static let help = ArgumentHelp(
        "The policy: " + Policy.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    private static let names = CompletionKind.list(Policy.allCases.map(\.rawValue))
}
