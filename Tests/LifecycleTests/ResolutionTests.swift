import Lifecycle
import Testing
import Values

@Suite("The resolution of a failed run")
struct ResolutionTests {
    private let failed = Scene(hasOrchestration: true, hasOtherTemplate: true, run: .failed)

    @Test func `is a new run, and the failed one stays as it is`() throws {
        for (name, resolution) in [
            ("retry_run", Resolution.retry), ("restart_run", .restart), ("skip_task", .skipTask),
        ] {
            var world = failed.world
            let before = world.run(id: 40)
            var arguments: [String: JSONValue] = ["run": 40]
            if resolution == .skipTask { arguments["table"] = "a" }

            let decision = decide(command(name, .object(arguments), id: 77), &world)

            let run = try #require(world.run(id: 77))
            #expect(run.state == .queued)
            #expect(run.resolves == 40)
            #expect(run.resolution == resolution)
            #expect(run.createdBy == "ben")
            #expect(world.run(id: 40) == before)
            #expect(world.changes().saved.runs == [run])
            guard case .applied(let events) = decision else { return }
            #expect(events.map(\.run) == [77, 40])
            #expect(events[1].details == ["by": 77, "resolution": .string(resolution.rawValue)])
        }
    }

    @Test func `is started by retry with what the run was started with`() throws {
        var world = changed(failed)

        _ = decide(command("retry_run", ["run": 40], id: 77), &world)

        let run = try #require(world.run(id: 77))
        #expect(run.inputs == Scene.inputs)
        #expect(run.dataExportVersion == 1)
    }

    @Test func `is started by restart with what is configured today`() throws {
        var world = changed(failed)

        let decision = decide(command("restart_run", ["run": 40], id: 77), &world)

        let run = try #require(world.run(id: 77))
        #expect(run.inputs?.tables == Scene.tables("c"))
        #expect(run.inputs?.dataTemplate.name == "tsv")
        #expect(run.inputs?.database.credential == "new")
        #expect(run.dataExportVersion == 2)
        guard case .applied(let events) = decision else { return }
        #expect(
            events[0].details
                == [
                    "data_export": "Daily", "version": 2, "destination": "Lake", "resolves": 40,
                    "resolution": "restart",
                ])
    }

    @Test func `is started by skip without the table and its settings`() throws {
        var world = failed.world
        let table = TableName(schema: "public", name: "a")
        let other = TableName(schema: "public", name: "b")
        world.load(
            Run(
                id: 40, of: Scene.orchestration, sending: Scene.export(),
                version: Scene.version(1), to: Scene.destination,
                inputs: RunInputs(
                    database: Scene.inputs.database, tables: Scene.inputs.tables,
                    tableSettings: [
                        table: try TableSettings(["columns": ["id"]]),
                        other: try TableSettings(["columns": ["x"]]),
                    ],
                    destination: Scene.inputs.destination,
                    dataTemplate: Scene.inputs.dataTemplate),
                state: .failed, createdBy: "anna"))

        _ = decide(command("skip_task", ["run": 40, "table": "a"], id: 77), &world)

        let inputs = try #require(world.run(id: 77)?.inputs)
        #expect(inputs.tables == Scene.tables("b"))
        #expect(inputs.tableSettings == [other: try TableSettings(["columns": ["x"]])])
        #expect(inputs.skippedTables == [table])
    }

    @Test func `of all tables asks which there were, and leaves one out`() throws {
        var world = allTables()
        let skip = command("skip_task", ["run": 40, "table": "b"], id: 77)

        #expect(decide(skip, &world) == .needs(.tablesOfRun(40)))
        world.learn(.tablesOfRun(40), .names(["public.a", "public.b"]))
        #expect(decide(skip, &world).events == ["run_queued", "run_resolved"])

        let inputs = try #require(world.run(id: 77)?.inputs)
        #expect(inputs.tables == .all)
        #expect(inputs.skippedTables == [TableName(schema: "public", name: "b")])
    }

    @Test func `of all tables is refused without a table that was not there, or the only one`() {
        for (names, code) in [
            (["public.a"], RejectionCode.tableNotInRun), (["public.b"], .noTablesLeft),
        ] {
            var world = allTables()
            world.learn(.tablesOfRun(40), .names(names))

            let decision = decide(command("skip_task", ["run": 40, "table": "b"]), &world)

            #expect(decision.code == code)
        }
    }

    @Test func `that failed can be resolved itself, and that keeps what it skipped`() throws {
        var world = resolvedWorld(.failed)

        let decision = decide(command("retry_run", ["run": 41], id: 42), &world)

        #expect(decision.events == ["run_queued", "run_resolved"])
        let run = try #require(world.run(id: 42))
        #expect(run.resolves == 41)
        #expect(run.inputs?.skippedTables == [TableName(schema: "public", name: "a")])
    }

    @Test(arguments: RunState.allCases)
    func `is alone, unless it was stopped`(_ state: RunState) {
        var world = resolvedWorld(state)

        let decision = decide(command("retry_run", ["run": 40], id: 42), &world)

        #expect(decision.code == (state == .stopped ? nil : .runResolved))
    }

    @Test func `is rejected for roles that can no longer use the destination`() {
        for name in ["retry_run", "restart_run"] {
            var scene = failed
            scene.rights = [Scene.assignment(.user)]
            var world = scene.world
            var destination = Scene.destination
            destination.administratorsOnly = true
            world.load(destination)

            #expect(decide(command(name, ["run": 40]), &world).code == .permissionDenied)
        }
    }

    private func allTables() -> World {
        var world = failed.world
        world.load(
            Run(
                id: 40, of: Scene.orchestration, sending: Scene.export(),
                version: Scene.version(1), to: Scene.destination,
                inputs: RunInputs(
                    database: Scene.inputs.database, tables: .all,
                    destination: Scene.inputs.destination,
                    dataTemplate: Scene.inputs.dataTemplate),
                state: .failed, createdBy: "anna"))
        return world
    }

    /// Everything that the run was started with has been edited since.
    private func changed(_ scene: Scene) -> World {
        var world = scene.world
        let edits: [(String, JSONValue)] = [
            ("edit_data_export", ["name": "daily", "tables": ["c"]]),
            ("activate_data_export", ["name": "daily"]),
            ("edit_orchestration", ["name": "nightly", "data_template": "tsv"]),
            ("edit_database", ["name": "crm", "credential": "new"]),
        ]
        for (name, arguments) in edits {
            #expect(decide(command(name, arguments), &world).events != nil, "\(name)")
        }
        return world
    }
}
