import Values

// Resolving failed runs, each by a new run. The failed run is unchanged.

/// With the inputs of the failed run.
struct RetryRun: Command {
    static let definition = CommandDefinition(
        "retry_run", on: .run, key: ["run"], ["run": .integer], resolvesRun: true, for: .run,
        "Retry a failed run with its original configuration, as a new run.")

    let id: Int64

    init(_ given: Arguments) throws(Rejection) { id = try given.integer("run") }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let failed = try world.resolvable(id, author)
        return try world.startAgain(failed, .retry, try failed.readableInputs(), author)
    }
}

/// With the inputs of the failed run, but without one table.
struct SkipTask: Command {
    static let definition = CommandDefinition(
        "skip_task", on: .run, key: ["run"], ["run": .integer, "table": .table],
        resolvesRun: true, for: .run,
        "Retry a failed run without one of its tables, as a new run.")

    let id: Int64
    let table: TableName

    init(_ given: Arguments) throws(Rejection) {
        id = try given.integer("run")
        table = try given.table("table")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let failed = try world.resolvable(id, author)
        try world.requireSkippable(table, of: failed)
        return try world.startAgain(
            failed, .skipTask, try failed.readableInputs().skipping(table), author)
    }
}

/// With the current configuration of the failed run's orchestration.
struct RestartRun: Command {
    static let definition = CommandDefinition(
        "restart_run", on: .run, key: ["run"], ["run": .integer], resolvesRun: true, for: .run,
        "Retry a failed run with the current configuration of its orchestration, as a new run.")

    let id: Int64

    init(_ given: Arguments) throws(Rejection) { id = try given.integer("run") }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let failed = try world.resolvable(id, author)
        guard let orchestration = world.orchestration(id: failed.orchestrationID) else {
            throw world.gone(
                "orchestration \(quoted(failed.orchestrationName))", of: failed, "retry_run")
        }
        let sending = try world.sending(orchestration, author)
        let run = Run(
            id: author.id, of: orchestration, sending: sending.export, version: sending.version,
            to: sending.destination, inputs: sending.inputs, resolving: failed, by: .restart,
            createdBy: author.actor)
        world.save(run)
        return [world.queued(run), world.resolved(failed, by: run)]
    }
}

extension World {
    /// Its orchestration and its export may have been changed or deleted since, but source and
    /// destination must still be configured.
    fileprivate mutating func startAgain(
        _ failed: Run, _ resolution: Resolution, _ inputs: RunInputs, _ author: Author
    ) throws(Refusal) -> [Event] {
        guard let destination = destination(id: failed.destinationID) else {
            throw gone("destination \(quoted(failed.destinationName))", of: failed, "restart_run")
        }
        try requireUse(of: destination, author)
        if database(id: failed.databaseID) == nil {
            throw gone("database \(quoted(inputs.database.name))", of: failed, "restart_run")
        }
        let run = Run(
            id: author.id, again: failed, by: resolution, inputs: inputs, createdBy: author.actor)
        save(run)
        return [queued(run), resolved(failed, by: run)]
    }

    /// - Throws: ``RejectionCode/runNotFailed``, or ``RejectionCode/runResolved`` if another run
    ///   was started to resolve it; a stopped one does not count.
    fileprivate func resolvable(_ id: Int64, _ author: Author) throws(Refusal) -> Run {
        let run = try existingRun(id, author)
        if run.state != .failed {
            let hint =
                switch run.state {
                case .queued, .running, .stopping: "wait until it has ended"
                case .publishing: "wait until it has ended; abandon_run ends one that cannot"
                case .succeeded, .stopped, .failed: "run_orchestration starts another run"
                }
            throw .because(
                .runNotFailed, "run \(id) has not failed (\(run.state.rawValue))", hint: hint)
        }
        let resolutions = users(of: .run, id, as: Run.self)
        guard let other = resolutions.last(where: { $0.state != .stopped }) else { return run }
        throw .because(
            .runResolved,
            "run \(id) was resolved by run \(other.id) (\(other.state.rawValue))",
            hint: other.state == .failed
                ? "resolve run \(other.id), which also failed" : "see how run \(other.id) ends")
    }

    fileprivate func requireSkippable(_ table: TableName, of run: Run) throws(Refusal) {
        let inputs = try run.readableInputs()
        let skipped = Set((inputs.skippedTables ?? []).map(\.canonical))
        var present: Set<String>
        switch inputs.tables {
        case .tables(let tables): present = Set(tables.map(\.canonical))
        case .all:
            let fact = Fact.tablesOfRun(run.id)
            guard case .names(let names) = facts[fact] else { throw .needs(fact) }
            present = Set(names)
            // It failed before it knew its tables: the next run looks them up.
            if present.isEmpty && !skipped.contains(table.canonical) { return }
        }
        if present.remove(table.canonical) == nil {
            throw .because(
                .tableNotInRun, "\(described([table])) is not in run \(run.id)",
                hint: "see its tables: select table_schema, table_name from ferry.run_tasks "
                    + "where run_id = \(run.id)")
        }
        if present.isEmpty {
            throw .because(
                .noTablesLeft,
                "cannot skip \(described([table])) of run \(run.id): it is the only one",
                hint: "use retry_run or restart_run to start the run with it")
        }
    }

    func queued(_ run: Run) -> Event {
        var details: [String: JSONValue] = [
            "data_export": .string(run.dataExportName),
            "version": .int(Int64(run.dataExportVersion)),
            "destination": .string(run.destinationName),
        ]
        if let group = run.groupName { details["group"] = .string(group) }
        if let resolves = run.resolves { details["resolves"] = .int(resolves) }
        if let resolution = run.resolution { details["resolution"] = .string(resolution.rawValue) }
        if let skipped = run.inputs?.skippedTables {
            details["skipped_tables"] = .array(skipped.map { .string($0.canonical) })
        }
        return Event(.runQueued, run, details: .object(details))
    }

    fileprivate func resolved(_ failed: Run, by run: Run) -> Event {
        var details: [String: JSONValue] = ["by": .int(run.id)]
        if let resolution = run.resolution { details["resolution"] = .string(resolution.rawValue) }
        return Event(.runResolved, failed, details: .object(details))
    }

    fileprivate func gone(_ what: String, of run: Run, _ instead: String) -> Refusal {
        .because(
            .notFound, "\(what) of run \(run.id) no longer exists",
            hint: instead == "retry_run"
                ? "use retry_run to start the run with its original configuration"
                : "use restart_run to start the run with the current configuration")
    }
}
