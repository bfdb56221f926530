import Values

extension CommandDefinition {
    static let sandboxCommands: [any Command.Type] = [
        CreateSandbox.self, PullSandbox.self, PromoteSandbox.self, DeleteSandbox.self,
    ]
}

/// A copy of production's configuration, without drafts and runs, in which its creator is
/// administrator.
struct CreateSandbox: Command {
    static let definition = CommandDefinition(
        "create_sandbox", on: .sandbox, ["name": .name, "description": .text.optional],
        for: .createSandbox,
        "Create a sandbox: a copy of production's configuration to change, test and promote.")

    let name: Name
    /// Empty when none is given.
    let description: String

    init(_ given: Arguments) throws(Rejection) {
        name = try given.newSandboxName()
        description = try given.optionalString("description") ?? ""
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireProduction(author)
        try world.requireFree(name, for: Sandbox.self, author)
        let base = world.configuration(of: production)
        var ids = try world.newIDs(base.count + 1, author)
        let sandbox = Sandbox(
            id: author.id, name: name.text, description: description, base: base,
            createdBy: author.actor)
        let assignment = PolicyAssignment(
            id: ids.removeLast(), role: author.actor, policy: .administrator,
            environment: name.text, options: world.inheritedRestriction(author),
            createdBy: author.actor)

        var changed = world
        changed.environments.append(name.text)
        changed.save(sandbox)
        let targets = base.objects.map { ConfigurationTarget($0.key, $0, replacing: nil) }
        _ = try changed.reconfigure(targets, author.acting(in: name.text), ids: ids)
        changed.assignments[assignment.id] = assignment
        changed.savedAssignments.insert(assignment.id)
        changed.recordVersion(of: assignment, author)
        world = changed
        return [
            Event(
                .sandboxCreated, sandbox,
                details: ["description": .string(description), "objects": .int(Int64(base.count))])
        ]
    }
}

/// Deletes it and all objects in it; deliveries of its runs stay.
struct DeleteSandbox: Command {
    // Deleting another role's sandbox needs more rights.
    static let definition = CommandDefinition(
        "delete_sandbox", on: .sandbox, ["name": .name, "confirm": .name], for: .createSandbox,
        "Delete a sandbox and all objects in it; its deliveries stay.")

    let name: Name
    /// Must repeat the name.
    let confirm: String

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .sandbox)
        confirm = try given.string("confirm")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireProduction(author)
        let sandbox: Sandbox = try world.existing(name, author)
        if RoleName(sandbox.createdBy) != RoleName(author.actor) {
            try world.authorize(author.command, .administerSandboxes, author)
        }
        if Name.key(of: confirm) != Name.key(of: sandbox.name) {
            throw .because(
                .notConfirmed,
                "sandbox \(quoted(sandbox.name)) was not deleted: confirm is \(quoted(confirm))",
                hint: "deleting cannot be undone: repeat the sandbox's name in confirm")
        }
        try world.requireNoRuns(in: sandbox)
        return [Event(.sandboxDeleted, sandbox, details: world.removeAll(of: sandbox, author))]
    }
}

extension World {
    /// A role that cannot run in production gains no rights by a copy of it.
    fileprivate func inheritedRestriction(_ author: Author) -> Set<PolicyOption> {
        policies(of: author).permission(for: .run, in: production) == .restricted
            ? [.restrictDataExports] : []
    }

    func requireNoRuns(in sandbox: Sandbox) throws(Refusal) {
        let runs = runs.byID.values.filter {
            $0.environment == sandbox.name && !$0.state.isTerminal
        }
        guard let first = runs.map(\.id).min() else { return }
        throw .because(
            .runInProgress,
            "cannot delete sandbox \(quoted(sandbox.name)): run \(first) in it has not ended",
            hint: "wait for it, or end it in the sandbox with stop_run, or with abandon_run if it "
                + "cannot finish publishing")
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

    /// Sandboxes are objects of production, and settings are global.
    func requireProduction(_ author: Author) throws(Refusal) {
        if author.environment == production { return }
        throw .because(
            .notInProduction,
            "\(author.command) belongs in the environment \"\(production)\", "
                + "not in \(quoted(author.environment))",
            hint: "omit the environment: production is the default")
    }

    /// Ids for objects that the command creates, besides its own.
    func newIDs(_ count: Int, _ author: Author) throws(Refusal) -> [Int64] {
        if count == 0 { return [] }
        let fact = Fact.newIDs(command: author.id, count: count)
        guard case .ids(let ids) = facts[fact] else { throw .needs(fact) }
        return ids
    }
}
