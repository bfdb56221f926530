import Lifecycle
import Testing
import Values

@Suite("An edit")
struct EditTests {
    @Test func `replaces the connection of a database, and what was known of its tables`() {
        var world = Scene().world

        let decision = decide(
            command("edit_database", ["name": "CRM", "credential": "other"]), &world)

        #expect(decision.events == ["database_edited"])
        #expect(world.database(id: 1)?.credential == "other")
        let next = decide(command("add_tables", ["name": "Daily", "tables": ["c"]]), &world)
        #expect(next == .needs(.catalog(databaseID: 1)))
    }

    @Test func `tests a destination only when its settings change`() {
        var world = Scene().world

        let flag = decide(
            command("edit_destination", ["name": "lake", "administrators_only": true]), &world)
        let settings = decide(
            command("edit_destination", ["name": "lake", "settings": ["path": "/sea"]]), &world)

        #expect(flag.events == ["destination_edited"])
        #expect(world.destination(id: 20)?.administratorsOnly == true)
        #expect(
            settings
                == .needs(
                    .destinationTest(
                        .init(name: "Lake", kind: "directory", settings: ["path": "/sea"]))))
        #expect(world.destination(id: 20)?.settings == ["path": "/lake"])
    }

    @Test func `keeps of a destination what is not given`() {
        var world = Scene().world
        let test = Fact.destinationTest(
            .init(name: "Lake", kind: "directory", settings: ["path": "/sea"]))
        world.learn(test, .passed)
        _ = decide(
            command("edit_destination", ["name": "lake", "administrators_only": true]), &world)

        let decision = decide(
            command(
                "edit_destination",
                ["name": "lake", "kind": "directory", "settings": ["path": "/sea"]]), &world)

        #expect(decision.events == ["destination_edited"])
        #expect(world.destination(id: 20)?.settings == ["path": "/sea"])
        #expect(world.destination(id: 20)?.administratorsOnly == true)
    }

    @Test func `moves an orchestration to another export, destination and template`() {
        var world = Scene(hasOrchestration: true).world
        let weekly = DataExport(
            id: 11, environment: "production", name: "Weekly", versionCount: 1,
            active: Scene.version(1), createdBy: "anna")
        world.load(weekly)
        world.load(
            Destination(
                id: 23, environment: "production", name: "Sea", kind: "directory",
                settings: ["path": "/sea"], createdBy: "anna"))
        world.load(
            DataTemplate(
                id: 24, environment: "production", destinationID: 23, name: "csv", settings: [:],
                createdBy: "anna"))

        let alone = decide(
            command("edit_orchestration", ["name": "nightly", "destination": "sea"]), &world)
        let moved = decide(
            command(
                "edit_orchestration",
                [
                    "name": "nightly", "data_export": "weekly", "destination": "sea",
                    "data_template": "csv",
                ]), &world)

        #expect(
            alone
                == .rejected(
                    Rejection(
                        .missingArgument,
                        "edit_orchestration of \"Nightly\" needs the argument \"data_template\": "
                            + "data template \"csv\" belongs to destination \"Lake\"",
                        hint: "name a data template of destination \"Sea\"")))
        #expect(moved.events == ["orchestration_edited"])
        let orchestration = world.orchestration(id: 30)
        #expect(orchestration?.dataExportID == 11)
        #expect(orchestration?.destinationID == 23)
        #expect(orchestration?.dataTemplateID == 24)
        // What it does not use any more can be deleted; what it uses now cannot.
        let template: JSONValue = ["destination": "lake", "name": "csv"]
        #expect(
            decide(command("delete_data_template", template), &world).events
                == ["data_template_deleted"])
        #expect(
            decide(command("delete_data_export", ["name": "Weekly"]), &world).code == .inUse)
    }

    @Test func `lets an orchestration send only an active export`() {
        var world = Scene(hasOrchestration: true).world
        world.load(
            DataExport(
                id: 11, environment: "production", name: "New", versionCount: 0,
                draft: Scene.draft(1, .all), createdBy: "anna"))

        let decision = decide(
            command("edit_orchestration", ["name": "nightly", "data_export": "new"]), &world)

        #expect(decision.code == .exportIsDraft)
    }

    @Test func `of a destination for administrators is theirs alone`() {
        for (name, arguments) in edits {
            var world = Scene(
                hasOrchestration: true, hasOtherTemplate: true,
                rights: [Scene.assignment(.operator)]
            ).world
            var destination = Scene.destination
            destination.administratorsOnly = true
            world.load(destination)

            #expect(decide(command(name, arguments), &world).code == .permissionDenied, "\(name)")
        }
    }

    @Test func `that closes a destination refuses the runs that others start`() {
        for name in ["run_orchestration", "plan_run"] {
            var world = Scene(hasOrchestration: true).world
            _ = decide(
                command("edit_destination", ["name": "lake", "administrators_only": true]), &world)
            world.load(rights: [Scene.assignment(.operator)], of: "ben")

            let decision = decide(command(name, ["name": "nightly"]), &world)

            #expect(
                decision
                    == .rejected(
                        Rejection(
                            .permissionDenied,
                            "permission denied: destination \"Lake\" is for administrators only",
                            hint: "ask an administrator, or choose another destination")))
        }
    }

    @Test func `that changes nothing is applied and has no event`() {
        let same: [(String, JSONValue)] = [
            ("edit_database", ["name": "crm", "credential": "crm"]),
            ("edit_destination", ["name": "lake"]),
            (
                "edit_destination",
                ["name": "lake", "settings": ["path": "/lake"], "administrators_only": false]
            ),
            (
                "edit_data_template",
                ["destination": "lake", "name": "csv", "settings": ["format": "csv"]]
            ),
            ("edit_orchestration", ["name": "nightly"]),
            (
                "edit_orchestration",
                [
                    "name": "nightly", "data_export": "daily", "destination": "lake",
                    "data_template": "csv",
                ]
            ),
        ]
        for (name, arguments) in same {
            var world = Scene(hasOrchestration: true).world

            #expect(decide(command(name, arguments), &world) == .applied([]), "\(name)")
            #expect(world.changes().isEmpty)
        }
    }

    @Test func `leaves runs with what they were started with`() {
        for (name, arguments) in edits {
            var world = Scene(
                hasOrchestration: true, hasOtherTemplate: true, run: .running
            ).world
            let before = world.run(id: 40)

            #expect(decide(command(name, arguments), &world).events?.count == 1, "\(name)")
            #expect(world.run(id: 40) == before)
            #expect(world.changes().saved.runs.isEmpty)
        }
    }

    private let edits: [(String, JSONValue)] = [
        ("edit_destination", ["name": "lake", "administrators_only": true]),
        (
            "edit_data_template",
            ["destination": "lake", "name": "csv", "settings": ["format": "tsv"]]
        ),
        ("edit_orchestration", ["name": "nightly", "data_template": "tsv"]),
    ]
}

extension Decision {
    /// The kinds of its events; nil when it was not applied.
    var events: [String]? {
        if case .applied(let events) = self { return events.map(\.kind.rawValue) }
        return nil
    }

    /// The code it is rejected with; nil when it is not.
    var code: RejectionCode? {
        if case .rejected(let rejection) = self { return rejection.code }
        return nil
    }
}
