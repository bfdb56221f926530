import ArgumentParser
import Lifecycle

/// `ferry group`.
struct OrchestrationGroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Manage orchestration groups: orchestrations that share one trigger.",
        subcommands: [
            FormSubcommand<Create>.self, FormSubcommand<Edit>.self, NameSubcommand<Delete>.self,
            NameSubcommand<Enable>.self, NameSubcommand<Disable>.self, NameSubcommand<Run>.self,
            ListSubcommand<Groups>.self,
        ])

    enum Create: FormAction, GroupSchedulingAction {
        typealias Form = GroupOptions
        static let command = "create_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Create a group of orchestrations that share one trigger.",
            discussion: """
                Give exactly one of --schedule, --after and --manual. For a schedule, the output \
                shows the next three times.

                Example: ferry group create Nightly --orchestration "Daily customers" \
                --orchestration Orders --schedule "30 2 * * *" --time-zone Europe/Berlin
                """)
        static let kind = NamedKind.orchestrationGroup
        static let isNew = true
        static func done(_ name: String) -> String { "orchestration group \(name) created" }
    }

    enum Edit: FormAction, GroupSchedulingAction {
        typealias Form = GroupOptions
        static let command = "edit_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "edit",
            abstract: "Change the orchestrations or the trigger of a group.",
            discussion: "Settings that are not given stay. Given orchestrations replace all "
                + "current ones.")
        static let kind = NamedKind.orchestrationGroup
        static let isNew = false
        static func done(_ name: String) -> String { "orchestration group \(name) edited" }
    }

    enum Enable: GroupSchedulingAction {
        static let command = "enable_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Enable a disabled group.",
            discussion: "Scheduled times that passed while it was disabled do not count as missed.")
        static let kind = NamedKind.orchestrationGroup
        static func done(_ name: String) -> String { "orchestration group \(name) enabled" }
    }

    enum Disable: ObjectAction {
        static let command = "disable_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "disable",
            abstract: "Disable a group.",
            discussion: "Runs that have started continue.")
        static let kind = NamedKind.orchestrationGroup
        static func done(_ name: String) -> String { "orchestration group \(name) disabled" }
    }

    enum Delete: ObjectAction {
        static let command = "delete_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete a group; its orchestrations and runs stay.")
        static let kind = NamedKind.orchestrationGroup
        static func done(_ name: String) -> String { "orchestration group \(name) deleted" }
    }

    enum Run: ObjectAction {
        static let command = "run_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Start a run of each orchestration of a group: all of them, or none.",
            discussion: "`ferry group-runs` shows its status, under the id of the command.")
        static let kind = NamedKind.orchestrationGroup
        static func done(_ name: String) -> String {
            "run of orchestration group \(name) requested"
        }
    }
}
