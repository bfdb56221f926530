import Testing
import Values

@testable import Lifecycle

/// What each command makes of each state of the group Morning: the event, `nothing`, or the code.
private let table = """
    state: none
    create   => orchestration_group_created
    edit     => !not_found
    delete   => !not_found
    enable   => !not_found
    disable  => !not_found
    run      => !not_found
    remove   => orchestration_deleted
    state: manual
    create   => !name_in_use
    edit     => orchestration_group_edited
    delete   => orchestration_group_deleted
    enable   => nothing
    disable  => orchestration_group_disabled
    run      => group_run_queued, run_queued
    remove   => !in_use
    state: disabled
    create   => !name_in_use
    edit     => orchestration_group_edited
    delete   => orchestration_group_deleted
    enable   => orchestration_group_enabled
    disable  => nothing
    run      => !group_disabled
    remove   => !in_use
    state: scheduled
    create   => !name_in_use
    edit     => orchestration_group_edited
    delete   => orchestration_group_deleted
    enable   => nothing
    disable  => orchestration_group_disabled
    run      => group_run_queued, run_queued
    remove   => !in_use
    state: running
    create   => !name_in_use
    edit     => orchestration_group_edited
    delete   => !run_in_progress
    enable   => nothing
    disable  => orchestration_group_disabled
    run      => group_run_queued, run_queued
    remove   => !run_in_progress
    state: followed
    create   => !name_in_use
    edit     => orchestration_group_edited
    delete   => !in_use
    enable   => nothing
    disable  => orchestration_group_disabled
    run      => group_run_queued, run_queued
    remove   => !in_use
    """

private let nightly = GroupTrigger.schedule(
    GroupSchedule(expression: "30 2 * * *", timeZone: "Europe/Berlin", catchUp: .none))

private let states: [String: [OrchestrationGroup]] = [
    "none": [], "manual": [Scene.group()], "disabled": [Scene.group(isEnabled: false)],
    "scheduled": [Scene.group("Morning", nightly, nextTimes: [1, 2, 3])],
    "running": [Scene.group()],
    "followed": [Scene.group(), Scene.group("Noon", id: 61, .after(60))],
]

private let commands: [String: CommandEnvelope] = [
    "create": command(
        "create_orchestration_group",
        ["name": "morning", "orchestrations": ["nightly"], "manual": true]),
    "edit": command(
        "edit_orchestration_group", ["name": "morning", "schedule": "0 6 * * 1-5"]),
    "delete": command("delete_orchestration_group", ["name": "morning"]),
    "enable": command("enable_orchestration_group", ["name": "morning"]),
    "disable": command("disable_orchestration_group", ["name": "morning"]),
    "run": command("run_orchestration_group", ["name": "morning"]),
    "remove": command("delete_orchestration", ["name": "nightly"]),
]

@Suite("An orchestration group")
struct GroupTests {
    @Test(arguments: cells(table))
    func `changes as the transition table says`(_ cell: Cell) throws {
        let groups = try #require(states[cell.state])
        var world =
            Scene(
                hasOrchestration: true, run: cell.state == "running" ? .running : nil,
                groups: groups
            ).world
        let before = try json(world)

        let decision = decide(try #require(commands[cell.command]), &world)

        switch decision {
        case .rejected(let rejection): #expect("!" + rejection.code.rawValue == cell.expected)
        case .needs(let fact): Issue.record("needs \(fact)")
        case .applied(let events):
            let reported = events.map(\.kind.rawValue).joined(separator: ", ")
            #expect((reported.isEmpty ? "nothing" : reported) == cell.expected)
        }
        let isUnchanged = cell.expected == "nothing" || cell.expected.hasPrefix("!")
        #expect((try json(world) == before) == isUnchanged)
        #expect(world.changes().isEmpty == isUnchanged)
    }

    @Test func `has a cell for every state and command`() {
        #expect(
            Set(cells(table).map { "\($0.state): \($0.command)" })
                == Set(states.keys.flatMap { state in commands.keys.map { "\(state): \($0)" } }))
    }

    @Test func `shows its next three times, in its time zone`() throws {
        var world = Scene(hasOrchestration: true).world

        let created = decide(
            command(
                "create_orchestration_group",
                [
                    "name": "Morning", "orchestrations": ["Nightly"],
                    "schedule": " 30  2 * * mon ", "time_zone": "Europe/Berlin",
                ]), &world)

        guard case .applied(let events) = created else {
            Issue.record("\(created)")
            return
        }
        #expect(
            try json(events[0].details) == """
                {"catch_up":"one","enabled":true,"next_times":["2026-01-05T02:30:00+01:00",\
                "2026-01-12T02:30:00+01:00","2026-01-19T02:30:00+01:00"],\
                "orchestrations":["Nightly"],"schedule":"30 2 * * mon",\
                "time_zone":"Europe/Berlin"}
                """)
        #expect(
            try json(world.changes().saved.orchestrationGroups) == """
                [{"catch_up":"one","created_by":"ben","enabled":true,\
                "environment":"production","id":100,"name":"Morning",\
                "next_times":[1767576600,1768181400,1768786200],"orchestration_ids":[30],\
                "runs_as":"ben","schedule":"30 2 * * mon","time_zone":"Europe/Berlin"}]
                """)
    }

    @Test func `changes only what an edit gives, and then runs as the editor`() throws {
        func edited(_ change: [String: JSONValue]) throws -> OrchestrationGroup {
            var world = Scene(
                hasOrchestration: true,
                groups: [Scene.group("Morning", nightly, nextTimes: [7, 8, 9])]
            ).world
            let arguments: [String: JSONValue] = ["name": "morning"]
            let edit = command(
                "edit_orchestration_group", .object(arguments.merging(change) { $1 }))
            guard case .applied = decide(edit, &world) else { throw NotApplied() }
            return try #require(world.orchestrationGroup(id: 60))
        }
        func schedule(_ expression: String, _ zone: String, _ catchUp: CatchUp) -> GroupTrigger {
            .schedule(GroupSchedule(expression: expression, timeZone: zone, catchUp: catchUp))
        }

        #expect(
            try edited(["schedule": "0 6 * * *"]).trigger
                == schedule("0 6 * * *", "Europe/Berlin", .none))
        #expect(
            try edited(["time_zone": "UTC"]).trigger == schedule("30 2 * * *", "UTC", .none))
        #expect(
            try edited(["catch_up": "one"]).trigger
                == schedule("30 2 * * *", "Europe/Berlin", .one))
        #expect(try edited(["manual": true]).trigger == .manual)
        #expect(try edited(["manual": true]).nextTimes == [])
        let same = try edited(["orchestrations": ["Nightly"]])
        #expect(same.trigger == nightly)
        #expect(same.nextTimes == [7, 8, 9])
        #expect(same.runsAs == "ben")
    }

    @Test func `has next times only while it is enabled, from then on`() throws {
        var world = Scene(
            hasOrchestration: true, groups: [Scene.group("Morning", nightly, nextTimes: [7, 8, 9])]
        ).world

        _ = decide(command("disable_orchestration_group", ["name": "morning"]), &world)
        #expect(world.orchestrationGroup(id: 60)?.nextTimes == [])
        _ = decide(command("enable_orchestration_group", ["name": "morning"]), &world)

        #expect(
            world.orchestrationGroup(id: 60)?.nextTimes
                == (0..<3).map {
                    Scene.newYear + 5400 + $0 * 86_400
                })
    }

    @Test func `starts all of its runs, which bear the id of their command`() throws {
        var world = Scene(
            hasOrchestration: true, groups: [Scene.group(of: [30, 31])]
        ).world
        world.load(
            Orchestration(
                id: 31, environment: "production", name: "Weekly", dataExportID: 10,
                destinationID: 20, dataTemplateID: 21, createdBy: "anna"))

        let decision = decide(command("run_orchestration_group", ["name": "Morning"]), &world)

        guard case .applied(let events) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(events.map(\.kind) == [.groupRunQueued, .runQueued, .runQueued])
        #expect(try json(events[0].details) == #"{"runs":[200,201]}"#)
        let runs = world.changes().saved.runs
        #expect(runs.map(\.id) == [200, 201])
        #expect(runs.map(\.orchestrationName) == ["Nightly", "Weekly"])
        #expect(runs.allSatisfy { $0.groupRunID == 100 && $0.groupID == 60 })
    }

    @Test func `has a definition with the names of others`() throws {
        let world = Scene(
            hasOrchestration: true,
            groups: [Scene.group("Morning", nightly), Scene.group("Noon", id: 61, .after(60))]
        ).world

        let noon = try #require(world.orchestrationGroup(id: 61))

        #expect(
            try json(try noon.definition(in: world)) == """
                {"after":"Morning","enabled":true,"orchestrations":["Nightly"]}
                """)
    }
}

private struct NotApplied: Error {}
