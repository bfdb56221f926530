import ArgumentParser
import Lifecycle

/// `ferry group`.
struct OrchestrationGroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Run orchestrations together, on schedules or after one another: groups.",
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
                Give exactly one of --schedule, --after and --manual. The answer has the next \
                three times of a schedule.

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
            abstract: "Change which orchestrations a group runs, or its trigger.",
            discussion: "What is not given stays. The orchestrations given replace all it has.")
        static let kind = NamedKind.orchestrationGroup
        static let isNew = false
        static func done(_ name: String) -> String { "orchestration group \(name) edited" }
    }

    enum Enable: GroupSchedulingAction {
        static let command = "enable_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "enable",
            abstract: "Let a disabled group run again.",
            discussion: "Times of its schedule that passed meanwhile do not count as missed.")
        static let kind = NamedKind.orchestrationGroup
        static func done(_ name: String) -> String { "orchestration group \(name) enabled" }
    }

    enum Disable: ObjectAction {
        static let command = "disable_orchestration_group"
        static let configuration = CommandConfiguration(
            commandName: "disable",
            abstract: "Keep a group from running.",
            discussion: "Runs that have begun go on.")
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
            abstract: "Start a run of each orchestration of a group, or of none of them.",
            discussion: "`ferry group-runs` shows how it stands, under the id of the command.")
        static let kind = NamedKind.orchestrationGroup
        static func done(_ name: String) -> String {
            "run of orchestration group \(name) requested"
        }
    }
}
