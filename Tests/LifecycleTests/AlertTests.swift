import Lifecycle
import Testing
import Values

@Suite("An alert")
struct AlertTests {
    @Test(
        arguments: cells(
            """
            state: nothing
            create => alert_created
            create about one => !not_found
            edit => !not_found
            delete => !not_found
            test => !not_found
            state: orchestrated
            create => alert_created
            create about one => alert_created
            edit => !not_found
            delete => !not_found
            test => !not_found
            state: alert
            create => !name_in_use
            create about one => !name_in_use
            edit => alert_edited
            delete => alert_deleted
            test => alert_tested
            """))
    func `changes as the transition table says`(_ cell: Cell) throws {
        let scene = try #require(states[cell.state])
        let envelope = try #require(commands[cell.command])
        var world = scene.world
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
            #expect(events.map(\.kind.rawValue) == [cell.expected])
            #expect(!world.changes().isEmpty)
        }
    }

    @Test func `is saved with what was chosen, as SQL reads it`() throws {
        var world = Scene(hasOrchestration: true).world
        let arguments: JSONValue = [
            "name": "Ops", "on": ["runtime", "failure", "failure"], "orchestration": "NIGHTLY",
            "runtime_seconds_max": 7200, "credential": "ops.hook",
        ]

        let decision = decide(command("create_alert", arguments), &world)

        guard case .applied(let events) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(
            events.map(\.details) == [
                ["on": ["failure", "runtime"], "orchestration": "Nightly"]
            ])
        #expect(
            try json(world.changes().saved.alerts) == """
                [{"created_by":"ben","environment":"production","id":100,"name":"Ops",\
                "orchestration_id":30,"settings":{"credential":"ops.hook",\
                "on":["failure","runtime"],"retry_seconds_max":86400,\
                "runtime_seconds_max":7200}}]
                """)
    }

    @Test func `is edited as a whole`() throws {
        let former = Scene.alert(orchestration: 30)
        var world = Scene(hasOrchestration: true, alert: former).world
        let arguments: JSONValue = [
            "name": "ops", "on": ["success"], "program": ["/usr/bin/page", ""],
            "retry_seconds_max": 0,
        ]

        _ = decide(command("edit_alert", arguments), &world)

        let edited = try #require(world.changes().saved.alerts.first)
        #expect((edited.id, edited.name, edited.createdBy) == (50, "Ops", "anna"))
        #expect(edited.orchestrationID == nil)
        #expect(
            try json(edited.settings)
                == #"{"on":["success"],"program":["/usr/bin/page",""],"retry_seconds_max":0}"#)
        // An orchestration that no alert is about any more can be deleted.
        guard case .applied = decide(command("delete_orchestration", ["name": "nightly"]), &world)
        else {
            Issue.record("not deleted")
            return
        }
    }

    @Test func `stays as it is when it is edited to what it was`() {
        var world = Scene(alert: Scene.alert()).world

        let decision = decide(
            command("edit_alert", ["name": "Ops", "on": ["failure"], "credential": "hook"]), &world)

        #expect(decision == .applied([]))
        #expect(world.changes().isEmpty)
    }

    @Test(arguments: ["delete_alert", "test_alert"])
    func `is known in the batch that made it`(_ name: String) {
        var world = Scene().world
        _ = decide(
            command("create_alert", ["name": "A", "on": ["failure"], "credential": "hook"]), &world)

        let decision = decide(command(name, ["name": "a"], id: 101), &world)

        guard case .applied = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(world.changes().saved.alerts.count == (name == "delete_alert" ? 0 : 1))
        #expect(world.changes().alertTests.map(\.alertID) == (name == "test_alert" ? [100] : []))
    }

    @Test(arguments: ["hunter2!", "https://u:hunter2@h/", "env:HUNTER2", "/run/hunter2"])
    func `never repeats what may be a password`(text: String) throws {
        let error = #expect(throws: Rejection.self) {
            try ParsedCommand(
                name: "create_alert",
                arguments: ["name": "A", "on": ["failure"], "credential": .string(text)])
        }

        #expect(try !json(try #require(error)).lowercased().contains("hunter2"))
    }
}

private let states: [String: Scene] = [
    "nothing": Scene(),
    "orchestrated": Scene(hasOrchestration: true),
    "alert": Scene(hasOrchestration: true, alert: Scene.alert()),
]

private let commands: [String: CommandEnvelope] = [
    "create": command("create_alert", ["name": "ops", "on": ["failure"], "credential": "hook"]),
    "create about one": command(
        "create_alert",
        ["name": "ops", "on": ["failure"], "credential": "hook", "orchestration": "nightly"]),
    "edit": command("edit_alert", ["name": "ops", "on": ["success"], "credential": "hook"]),
    "delete": command("delete_alert", ["name": "ops"]),
    "test": command("test_alert", ["name": "ops"]),
]
