import Values

extension CommandDefinition {
    static let runCommands: [any Command.Type] = [
        StopRun.self, RetryRun.self, RestartRun.self, SkipTask.self, AbandonRun.self,
    ]
}

/// The run has the id of the command.
struct RunOrchestration: CommandOnNamed {
    static let definition = CommandDefinition(
        "run_orchestration", on: .orchestration, ["name": .name], for: .run,
        "Start a run of an orchestration. The run has the id of the command.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try world.existing(name, author)
        let sending = try world.sending(orchestration, author)
        let run = sending.run(author.id, of: orchestration, author)
        world.save(run)
        return [world.queued(run)]
    }
}

/// Finds out what a run of an orchestration would write. Writes only the plan.
struct PlanRun: CommandOnNamed {
    static let definition = CommandDefinition(
        "plan_run", on: .orchestration, ["name": .name], for: .run,
        "Plan a run of an orchestration without writing anything; ferry.run_plans has the result.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try world.existing(name, author)
        let sending = try world.sending(orchestration, author)
        let fact = Fact.runPlan(dataExport: sending.export.name, inputs: sending.inputs)
        switch world.facts[fact] {
        case .plan(let plan):
            world.plans.append(
                SavedPlan(
                    command: author.id, actor: author.actor, of: orchestration,
                    sending.version, plan))
            return [Event(.runPlanned, orchestration, details: plan.totals)]
        case .failed(let reason):
            throw .because(
                .planFailed,
                "a run of \(quoted(orchestration.name)) would fail: \(shown(reason))",
                hint: "fix the cause, then plan again")
        default: throw .needs(fact)
        }
    }
}

/// A queued run stops immediately; a running one is stopped by its worker.
struct StopRun: Command {
    static let definition = CommandDefinition(
        "stop_run", on: .run, key: ["run"], ["run": .integer], for: .run,
        "Stop a run before it publishes; none of its output becomes visible.")

    let id: Int64

    init(_ given: Arguments) throws(Rejection) { id = try given.integer("run") }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var run = try world.existingRun(id, author)
        // It can be deleted only if the run has ended.
        if let destination = world.destination(id: run.destinationID) {
            try world.requireUse(of: destination, author)
        }
        switch run.state {
        case .queued:
            run.state = .stopped
            world.save(run)
            return [Event(.runStopped, run)]
        case .running:
            run.state = .stopping
            world.save(run)
            return [Event(.runStopping, run)]
        case .stopping:
            throw .because(
                .runStopping, "run \(id) is already stopping",
                hint: "wait until it is stopped; none of its output becomes visible")
        case .publishing:
            throw .because(
                .runPublishing, "run \(id) is publishing and can only finish",
                hint: "wait until it has succeeded; abandon_run ends one that cannot")
        case .succeeded, .failed, .stopped:
            throw .because(
                .runNotRunning, "run \(id) is not running (\(run.state.rawValue))",
                hint: "only a queued or running run can be stopped")
        }
    }
}

extension World {
    /// What a run of an orchestration starts with, with the current configuration.
    func sending(
        _ orchestration: Orchestration, _ author: Author
    ) throws(Refusal) -> Sending {
        let export: DataExport = try used(orchestration.dataExportID)
        guard let version = export.active else { throw isDraft(export) }
        let database: Database = try used(version.databaseID)
        let destination: Destination = try used(orchestration.destinationID)
        try requireUse(of: destination, author)
        let template: DataTemplate = try used(orchestration.dataTemplateID)
        let inputs = RunInputs(
            database: .init(name: database.name, credential: database.credential),
            tables: version.tables, tableSettings: version.tableSettings,
            destination: .init(
                name: destination.name, kind: destination.destinationKind,
                settings: destination.settings, sandbox: destination.sandbox),
            dataTemplate: .init(name: template.name, settings: template.settings))
        return Sending(
            export: export, version: version, destination: destination, inputs: inputs)
    }
}

/// What a run of an orchestration starts with, with the configuration at that moment.
struct Sending {
    let export: DataExport
    let version: Version
    let destination: Destination
    let inputs: RunInputs

    func run(_ id: Int64, of orchestration: Orchestration, _ author: Author) -> Run {
        Run(
            id: id, of: orchestration, sending: export, version: version, to: destination,
            inputs: inputs, createdBy: author.actor)
    }
}
