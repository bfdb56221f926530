import ArgumentParser
import Foundation
import Lifecycle
import Postgres
import Values
import Watching

/// Which orchestrations a group runs.
struct GroupMembers: ParsableArguments {
    @Option(
        help: "An orchestration of the group; repeatable.",
        completion: .names(of: .orchestration))
    var orchestration: [String] = []

    /// Nil when none is given.
    var names: JSONValue? {
        orchestration.isEmpty ? nil : .array(orchestration.map(JSONValue.string))
    }
}

/// The trigger of a group.
struct GroupTriggerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Schedule, as in cron: minute hour day-of-month month day-of-week.",
            valueName: "cron"))
    var schedule: String?

    @Option(
        help: ArgumentHelp(
            "Time zone of the schedule, for example Europe/Berlin. Default: UTC.",
            valueName: "name"))
    var timeZone: String?

    @Option(
        help: "Runs for times missed while no worker ran: one, or none.",
        completion: .list(CatchUp.allCases.map(\.rawValue)))
    var catchUp: String?

    @Option(
        help: "Run after this group succeeds.",
        completion: .names(of: .orchestrationGroup))
    var after: String?

    @Flag(help: "Run only on request.")
    var manual = false

    var arguments: [String: JSONValue?] {
        [
            "schedule": schedule.map(JSONValue.string),
            "time_zone": timeZone.map(JSONValue.string),
            "catch_up": catchUp.map(JSONValue.string), "after": after.map(JSONValue.string),
            "manual": manual ? true : nil,
        ]
    }
}

/// Which orchestrations a group runs, and when.
struct GroupOptions: ObjectForm {
    @OptionGroup var members: GroupMembers
    @OptionGroup var trigger: GroupTriggerOptions

    func arguments(isNew: Bool) throws -> [String: JSONValue?] {
        let names = members.names
        if isNew, names == nil { throw Failure(.usage, "give one or more --orchestration") }
        return trigger.arguments.merging(["orchestrations": names]) { $1 }
    }
}

/// An action whose output shows when the group runs next.
protocol GroupSchedulingAction: ObjectAction {}

extension GroupSchedulingAction {
    static func follow(_ sent: SentCommand, _ sending: SendingOptions) async throws -> ExitStatus {
        guard sending.format.output == .table else { return .succeeded }
        let connection = try await QueueDatabase.connect()
        let rows = try await connection.query(
            """
            select jsonb_array_elements_text(details -> 'next_times') from ferry.events
             where command_id = $1
            """, [.int(sent.id)])
        await connection.close()
        for (index, row) in rows.enumerated() {
            let time = shown(try row[0].string())
            try await Output.line((index == 0 ? "next times  " : "            ") + time)
        }
        return .succeeded
    }
}
