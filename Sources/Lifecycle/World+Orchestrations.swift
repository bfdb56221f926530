// Orchestrations and their runs.
extension World {
    mutating func addOrchestration(
        _ exportName: Name, _ destinationName: Name, _ templateName: Name, _ name: Name?,
        _ author: Author
    ) throws(Refusal) -> [Event] {
        let export: DataExport = try existing(exportName, author)
        guard let version = export.active else { throw isDraft(export) }
        let destination: Destination = try existing(destinationName, author)
        try requireUse(of: destination, author)
        try requireElsewhere(destination, than: version)
        let template = try existingTemplate(templateName, of: destination, author)
        // By default the name of the export as that is spelled.
        try requireFree(name ?? exportName, for: Orchestration.self, author)
        let orchestration = Orchestration(
            id: author.id, environment: author.environment, name: name?.text ?? export.name,
            dataExportID: export.id, destinationID: destination.id, dataTemplateID: template.id,
            createdBy: author.actor)
        save(orchestration)
        return [Event(.orchestrationAdded, orchestration, details: try details(of: orchestration))]
    }

    /// Refuses a destination that would overwrite tables that are sent there, as far as names tell;
    /// a run looks at the databases themselves before it publishes.
    private func requireElsewhere(
        _ destination: Destination, than version: Version
    ) throws(Refusal) {
        guard destination.sandbox == nil, destination.destinationKind == "postgres",
            case .tables(let tables) = version.tables
        else { return }
        let database: Database = try used(version.databaseID)
        let table = tables.first { table in
            let place = DestinationPlace(
                kind: destination.destinationKind,
                settings: [
                    "credential": .string(database.credential), "schema": .string(table.schema),
                ])
            return place.isSame(as: destination.place)
        }
        guard let table else { return }
        throw .because(
            .invalidChoice,
            "destination \(quoted(destination.name)) would overwrite table "
                + "\"\(shown(table.canonical))\", which is what is to be sent: it has the "
                + "credential of database \(quoted(database.name)), and that table's schema",
            hint: "choose a destination with another schema, or another database")
    }

    mutating func deleteOrchestration(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try existing(name, author)
        try requireUse(of: try used(orchestration.destinationID), author)
        try requireUnused(orchestration, isBeingUsedBy: { "\($0) of it has not ended" })
        try requireUngrouped(orchestration)
        delete(orchestration)
        return [Event(.orchestrationDeleted, orchestration)]
    }

    mutating func runOrchestration(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try existing(name, author)
        let sending = try sending(orchestration, author)
        let run = sending.run(author.id, of: orchestration, author)
        save(run)
        return [queued(run)]
    }

    /// Writes nothing but the plan.
    mutating func planRun(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try existing(name, author)
        let sending = try sending(orchestration, author)
        let fact = Fact.runPlan(dataExport: sending.export.name, inputs: sending.inputs)
        switch facts[fact] {
        case .plan(let plan):
            plans.append(
                SavedPlan(
                    command: author.id, actor: author.actor, of: orchestration,
                    sending.version, plan))
            return [Event(.runPlanned, orchestration, details: plan.totals)]
        case .failed(let reason):
            throw .because(
                .planFailed,
                "a run of \(quoted(orchestration.name)) would fail: \(shown(reason))",
                hint: "mend the cause, then plan again")
        default: throw .needs(fact)
        }
    }

    /// What a run of an orchestration starts with, as everything is configured now.
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

    /// A queued run stops at once; of a running one the worker that has it is told.
    mutating func stopRun(_ id: Int64, _ author: Author) throws(Refusal) -> [Event] {
        var run = try existingRun(id, author)
        // It may be gone only where the run has ended.
        if let destination = destination(id: run.destinationID) {
            try requireUse(of: destination, author)
        }
        switch run.state {
        case .queued:
            run.state = .stopped
            save(run)
            return [Event(.runStopped, run)]
        case .running:
            run.state = .stopping
            save(run)
            return [Event(.runStopping, run)]
        case .stopping:
            throw .because(
                .runStopping, "run \(id) is already stopping",
                hint: "wait until it is stopped; nothing of it becomes visible")
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

    func isDraft(_ export: DataExport) -> Refusal {
        .because(
            .exportIsDraft, "\(quoted(export.name)) is a draft: activate it first",
            hint: "use activate_data_export")
    }
}

/// What a run of an orchestration starts with, as everything is configured at that moment.
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
