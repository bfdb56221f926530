import ArgumentParser
import Lifecycle

/// `ferry group`; ``Lifecycle/GroupCommand`` is what its subcommands ask for.
struct OrchestrationGroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Run orchestrations together, on schedules or after one another: groups.",
        subcommands: [
            Create.self, Edit.self, Delete.self, Enable.self, Disable.self, Run.self,
        ])

    struct Create: GroupSchedulingCommand {
        static let command = "create_orchestration_group"
        static let configuration = CommandConfiguration(
            abstract: "Let orchestrations run together, by one trigger.",
            discussion: """
                Give exactly one of --schedule, --after and --manual. The answer tells the next \
                three times of a schedule.

                Example: ferry group create Nightly --orchestration "Daily customers" \
                --orchestration Orders --schedule "30 2 * * *" --time-zone Europe/Berlin
                """)

        @Argument(help: "The name it is to have.")
        var name: String

        @OptionGroup var members: GroupMembers
        @OptionGroup var trigger: GroupTriggerOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            get throws {
                guard let orchestrations = members.names else {
                    throw Failure(.usage, "give one or more --orchestration")
                }
                return ["name": .string(name), "orchestrations": orchestrations]
                    .merging(trigger.arguments) { $1 }
            }
        }
        var done: String? { "orchestration group \(shownName(name)) created" }
    }

    struct Edit: GroupSchedulingCommand {
        static let command = "edit_orchestration_group"
        static let configuration = CommandConfiguration(
            abstract: "Change which orchestrations a group runs, or what makes it run.",
            discussion: "What is not given stays. The orchestrations given replace all it has.")

        @Argument(help: "The group.", completion: .names(of: .orchestrationGroup))
        var name: String

        @OptionGroup var members: GroupMembers
        @OptionGroup var trigger: GroupTriggerOptions
        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] {
            ["name": .string(name), "orchestrations": members.names]
                .merging(trigger.arguments) { $1 }
        }
        var done: String? { "orchestration group \(shownName(name)) edited" }
    }

    struct Enable: GroupSchedulingCommand {
        static let command = "enable_orchestration_group"
        static let configuration = CommandConfiguration(
            abstract: "Let a disabled group run again.",
            discussion: "Times of its schedule that passed meanwhile do not count as missed.")

        @Argument(help: "The group.", completion: .names(of: .orchestrationGroup))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "orchestration group \(shownName(name)) enabled" }
    }

    struct Disable: SendingCommand {
        static let command = "disable_orchestration_group"
        static let configuration = CommandConfiguration(
            abstract: "Keep a group from running.",
            discussion: "Runs that have begun go on.")

        @Argument(help: "The group.", completion: .names(of: .orchestrationGroup))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "orchestration group \(shownName(name)) disabled" }
    }

    struct Delete: SendingCommand {
        static let command = "delete_orchestration_group"
        static let configuration = CommandConfiguration(
            abstract: "Delete a group; its orchestrations and runs stay.")

        @Argument(help: "The group.", completion: .names(of: .orchestrationGroup))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "orchestration group \(shownName(name)) deleted" }
    }

    struct Run: SendingCommand {
        static let command = "run_orchestration_group"
        static let configuration = CommandConfiguration(
            abstract: "Start a run of each orchestration of a group, or of none of them.",
            discussion: "`ferry group-runs` shows how it stands, under the id of the command.")

        @Argument(help: "The group.", completion: .names(of: .orchestrationGroup))
        var name: String

        @OptionGroup var sending: SendingOptions

        var arguments: [String: JSONValue?] { ["name": .string(name)] }
        var done: String? { "run of orchestration group \(shownName(name)) requested" }
    }
}
