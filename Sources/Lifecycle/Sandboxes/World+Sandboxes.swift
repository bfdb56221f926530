// Creating and deleting sandboxes.
extension World {
    /// A copy of production's configuration, without drafts and runs, in which its creator is
    /// administrator.
    mutating func createSandbox(
        _ name: Name, _ description: String, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireProduction(author)
        try requireFree(name, for: Sandbox.self, author)
        let base = configuration(of: production)
        var ids = try newIDs(base.count + 1, author)
        let sandbox = Sandbox(
            id: author.id, name: name.text, description: description, base: base,
            createdBy: author.actor)
        let assignment = PolicyAssignment(
            id: ids.removeLast(), role: author.actor, policy: .administrator,
            environment: name.text, options: inheritedRestriction(author),
            createdBy: author.actor)

        var world = self
        world.environments.append(name.text)
        world.save(sandbox)
        let targets = base.objects.map { ConfigurationTarget($0.key, $0, replacing: nil) }
        _ = try world.reconfigure(targets, author.acting(in: name.text), ids: ids)
        world.assignments[assignment.id] = assignment
        world.savedAssignments.insert(assignment.id)
        world.recordVersion(of: assignment, author)
        self = world
        return [
            Event(
                .sandboxCreated, sandbox,
                details: ["description": .string(description), "objects": .int(Int64(base.count))])
        ]
    }

    /// Whoever may not run in production gains nothing by a copy of it.
    private func inheritedRestriction(_ author: Author) -> Set<PolicyOption> {
        policies(of: author).permission(for: .run, in: production) == .restricted
            ? [.restrictDataExports] : []
    }

    /// Deletes it with all that is configured in it; what its runs have delivered stays.
    mutating func deleteSandbox(
        _ name: Name, confirm: String, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireProduction(author)
        let sandbox: Sandbox = try existing(name, author)
        if RoleName(sandbox.createdBy) != RoleName(author.actor) {
            try authorize(author.command, .administerSandboxes, author)
        }
        if Name.key(of: confirm) != Name.key(of: sandbox.name) {
            throw .because(
                .notConfirmed,
                "sandbox \(quoted(sandbox.name)) was not deleted: confirm says \(quoted(confirm))",
                hint: "deleting cannot be undone: repeat the sandbox's name in confirm")
        }
        try requireNoRuns(in: sandbox)
        return [Event(.sandboxDeleted, sandbox, details: removeAll(of: sandbox, author))]
    }

    func requireNoRuns(in sandbox: Sandbox) throws(Refusal) {
        let runs = runs.byID.values.filter {
            $0.environment == sandbox.name && !$0.state.isTerminal
        }
        guard let first = runs.map(\.id).min() else { return }
        throw .because(
            .runInProgress,
            "cannot delete sandbox \(quoted(sandbox.name)): run \(first) in it has not ended",
            hint: "wait for it, or end it in the sandbox: stop_run, or abandon_run where it cannot "
                + "finish publishing")
    }

    /// Deletes the sandbox and all objects and policies of its environment.
    ///
    /// - Returns: The details of the event.
    mutating func removeAll(of sandbox: Sandbox, _ author: Author) -> JSONValue {
        let environment = sandbox.name
        var count = 0
        func removed<Object: StoredObject>(from table: ObjectTable<Object>) -> [Object] {
            let own = table.byID.values.filter { $0.environment == environment }
            count += own.count
            return own
        }
        for object in removed(from: alerts) { delete(object) }
        for object in removed(from: orchestrationGroups) { delete(object) }
        for object in removed(from: orchestrations) { delete(object) }
        for object in removed(from: dataTemplates) { delete(object) }
        for object in removed(from: dataExports) { delete(object) }
        for object in removed(from: destinations) { delete(object) }
        for object in removed(from: databases) { delete(object) }
        for assignment in assignments.values where assignment.environment == environment {
            assignments[assignment.id] = nil
            savedAssignments.remove(assignment.id)
            revokedAssignments.insert(assignment.id)
            recordVersion(of: assignment, isRevoked: true, author)
        }
        environments.removeAll { $0 == environment }
        delete(sandbox)
        return ["objects": .int(Int64(count))]
    }

    /// Sandboxes are objects of production, and settings are everybody's.
    func requireProduction(_ author: Author) throws(Refusal) {
        if author.environment == production { return }
        throw .because(
            .notInProduction,
            "\(author.command) belongs in the environment \"\(production)\", "
                + "not in \(quoted(author.environment))",
            hint: "leave the environment out: production is the default")
    }

    /// Ids for objects that the command creates, besides its own.
    func newIDs(_ count: Int, _ author: Author) throws(Refusal) -> [Int64] {
        if count == 0 { return [] }
        let fact = Fact.newIDs(command: author.id, count: count)
        guard case .ids(let ids) = facts[fact] else { throw .needs(fact) }
        return ids
    }
}
