import Lifecycle
import Testing
import Values

@Suite("A database, destination, data template, orchestration or run")
struct ObjectTransitionTests {
    @Test(arguments: cells(objectTable))
    func `changes as the transition table says`(_ cell: Cell) throws {
        var world = try #require(states[cell.state]).world
        let envelope = try #require(commands[cell.command])
        let before = try json(world)

        let decision = decide(envelope, &world)

        switch decision {
        case .rejected(let rejection):
            #expect("!" + rejection.code.rawValue == cell.expected)
            #expect(try json(world) == before)
            #expect(world.changes().isEmpty)
        case .needs(let fact):
            Issue.record("needs \(fact)")
        case .applied(let events):
            #expect(events.map(\.kind.rawValue).joined(separator: ", ") == cell.expected)
            #expect(try json(world) != before)
            #expect(!world.changes().isEmpty)
        }
    }

    @Test func `has a cell for every state and command`() {
        let all = states.keys.flatMap { state in commands.keys.map { "\(state): \($0)" } }
        let tested = cells(objectTable).map { "\($0.state): \($0.command)" }

        #expect(tested.count == all.count)
        #expect(Set(tested) == Set(all))
    }

    @Test(arguments: RunState.allCases)
    func `can be stopped only as a run that is queued or running`(_ state: RunState) {
        var world = Scene(hasOrchestration: true, run: state).world

        let decision = decide(command("stop_run", ["run": 40]), &world)

        let becomes: RunState? =
            switch state {
            case .queued: .stopped
            case .running: .stopping
            case .publishing, .stopping, .succeeded, .failed, .stopped: nil
            }
        #expect(world.run(id: 40)?.state == becomes ?? state)
        if case .applied = decision { #expect(becomes != nil) } else { #expect(becomes == nil) }
    }
}

private let draftOnly = Scene.export(draft: Scene.draft(1, Scene.tables("a")))

private let states: [String: Scene] = [
    "nothing": Scene(export: nil, hasDestination: false, hasTemplate: false),
    "draft": Scene(export: draftOnly),
    "draft of unused database": Scene(
        export: Scene.export(draft: Scene.draft(2, nil)), hasTemplate: false),
    "active": Scene(),
    "active, draft elsewhere": Scene(
        export: Scene.export(active: Scene.version(1), draft: Scene.draft(2, nil, base: 1))),
    "orchestrated": Scene(hasOrchestration: true, hasOtherTemplate: true),
    "orchestrated draft": Scene(
        export: draftOnly, hasOrchestration: true, hasOtherTemplate: true),
    "queued": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .queued),
    "running": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .running),
    "publishing": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .publishing),
    "stopping": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .stopping),
    "succeeded": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .succeeded),
    "failed": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .failed),
    "stopped": Scene(hasOrchestration: true, hasOtherTemplate: true, run: .stopped),
]

private let commands: [String: CommandEnvelope] = [
    "register crm": command("register_database", ["name": "CRM", "credential": "x"]),
    "register hr": command("register_database", ["name": "hr", "credential": "x"]),
    "edit crm": command("edit_database", ["name": "CRM", "credential": "new"]),
    "unregister crm": command("unregister_database", ["name": "crm"]),
    "unregister erp": command("unregister_database", ["name": "erp"]),
    "create destination": command(
        "create_destination",
        ["name": "lake", "kind": "directory", "settings": ["path": "/lake"]]),
    "edit destination": command(
        "edit_destination", ["name": "lake", "administrators_only": true]),
    "delete destination": command("delete_destination", ["name": "lake"]),
    "create template": command(
        "create_data_template",
        ["destination": "lake", "name": "CSV", "settings": ["format": "csv"]]),
    "edit template": command(
        "edit_data_template",
        ["destination": "lake", "name": "CSV", "settings": ["format": "tsv"]]),
    "delete template": command(
        "delete_data_template", ["destination": "lake", "name": "csv"]),
    "add orchestration": command(
        "add_orchestration",
        [
            "data_export": "daily", "destination": "lake", "data_template": "csv",
            "name": "nightly",
        ]),
    "edit orchestration": command(
        "edit_orchestration", ["name": "nightly", "data_template": "tsv"]),
    "delete orchestration": command("delete_orchestration", ["name": "nightly"]),
    "run": command("run_orchestration", ["name": "nightly"]),
    "stop": command("stop_run", ["run": 40]),
    "retry": command("retry_run", ["run": 40]),
    "restart": command("restart_run", ["run": 40]),
    "skip": command("skip_task", ["run": 40, "table": "a"]),
    "abandon": command(
        "abandon_run", ["run": 40, "confirm": "nightly", "reason": "the bucket is gone"]),
]
