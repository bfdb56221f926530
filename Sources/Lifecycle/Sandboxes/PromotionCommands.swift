import Values

// Bringing changes from production into a sandbox, and from a sandbox into production.

/// Brings what production changed since the last sync into the sandbox.
struct PullSandbox: Command {
    static let definition = CommandDefinition(
        "pull_sandbox", on: .sandbox,
        [
            "name": .name,
            "keep": .choice(of: ConfigurationMerge.Side.allCases.map(\.rawValue))
                .optional,
        ],
        for: .administerSandboxes,
        "Bring production's changes since the last sync into a sandbox.")

    let name: Name
    /// The side that wins conflicts; nil to reject conflicts.
    let side: ConfigurationMerge.Side?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .sandbox)
        side = try given.keep()
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireProduction(author)
        var sandbox: Sandbox = try world.existing(name, author)
        let merge = world.merge(of: sandbox)
        let conflicts = merge.conflicts
        if let first = conflicts.first, side == nil {
            let which = conflicts.count == 1 ? first.words : "\(conflicts.count) objects"
            throw .because(
                .sandboxConflict,
                "cannot pull into \(quoted(sandbox.name)): production and the sandbox both "
                    + "changed \(which)"
                    + (conflicts.count == 1 ? "" : ": " + world.allListed(conflicts.map(\.words))),
                hint: "see both sides in ferry.sandbox_changes, then pull with keep => "
                    + "'sandbox' or 'production'")
        }
        if merge.inProduction.isEmpty { return [] }

        let targets = merge.pulled(keeping: side ?? .sandbox)
        let own = author.acting(in: sandbox.name)
        let ids = try world.newIDs(world.countNew(targets, in: own.environment), author)
        var changed = world
        let events = try changed.reconfigure(targets, own, ids: ids)
        sandbox.base = changed.configuration(of: production)
        changed.save(sandbox)
        world = changed
        var details = world.details(of: targets)
        if let side, !conflicts.isEmpty {
            details["kept"] = .string(side.rawValue)
            details["conflicts"] = .array(conflicts.map { .string($0.words) })
        }
        return events + [Event(.sandboxPulled, sandbox, details: .object(details))]
    }
}

/// Applies all changes of the sandbox to production.
struct PromoteSandbox: Command {
    static let definition = CommandDefinition(
        "promote_sandbox", on: .sandbox, ["name": .name, "message": .text, "delete": .flag],
        for: .administerSandboxes, "Apply all changes of a sandbox to production, in one step.")

    let name: Name
    let message: String
    let delete: Bool

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .sandbox)
        message = try given.text("message", hint: "give a short reason for the change")
        delete = try given.boolean("delete")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireProduction(author)
        var sandbox: Sandbox = try world.existing(name, author)
        let merge = world.merge(of: sandbox)
        try world.requireSync(merge, sandbox)
        let targets = merge.promoted()
        if targets.isEmpty {
            throw .because(
                .nothingToPromote,
                "sandbox \(quoted(sandbox.name)) has no changes to promote",
                hint: "drafts are not promoted: activate them first (activate_data_export)")
        }
        try world.requireUse(of: targets, author)
        try world.requireNoErrors(in: sandbox)
        try world.requireTests(of: targets)
        if delete { try world.requireNoRuns(in: sandbox) }

        let ids = try world.newIDs(world.countNew(targets, in: production), author)
        var changed = world
        let events = try changed.reconfigure(
            targets, author, ids: ids, note: ["sandbox": .string(sandbox.name)])
        var details = world.details(of: targets)
        details["message"] = .string(message)
        let drafts = world.drafts(in: sandbox.name)
        if !drafts.isEmpty { details["drafts_left"] = .array(drafts.map { .string($0) }) }
        details["deleted"] = .bool(delete)
        sandbox.base = changed.configuration(of: production)
        changed.save(sandbox)
        var last = [Event(.sandboxPromoted, sandbox, details: .object(details))]
        if delete {
            last.append(
                Event(.sandboxDeleted, sandbox, details: changed.removeAll(of: sandbox, author)))
        }
        world = changed
        return events + last
    }
}

extension World {
    func merge(of sandbox: Sandbox) -> ConfigurationMerge {
        ConfigurationMerge(
            base: sandbox.base, production: configuration(of: production),
            sandbox: configuration(of: sandbox.name))
    }

    /// The names of the data exports of an environment that have drafts.
    func drafts(in environment: String) -> [String] {
        dataExports.byID.values.filter { $0.environment == environment && $0.draft != nil }
            .map(\.name).sorted()
    }

    fileprivate func requireSync(
        _ merge: ConfigurationMerge, _ sandbox: Sandbox
    ) throws(Refusal) {
        let behind = merge.inProduction
        if behind.isEmpty { return }
        let what = behind.map { "\($0.words) (\($0.inProduction?.rawValue ?? ""))" }
        throw .because(
            .sandboxBehind,
            "cannot promote \(quoted(sandbox.name)): production has changed since the last sync: "
                + listed(what),
            hint: "bring these changes into the sandbox with pull_sandbox, test it, then promote "
                + "it")
    }

    /// Only administrators can promote changes to an administrators-only destination, to objects
    /// that use it, or of another destination at its location.
    fileprivate func requireUse(
        of targets: [ConfigurationTarget], _ author: Author
    ) throws(Refusal) {
        for target in targets {
            var names: [String] = []
            switch target.key.kind {
            case .destination:
                names = [target.key.name]
                try requirePlace(of: target, author)
            case .dataTemplate: names = [target.key.destination]
            case .orchestration:
                for object in [target.object, target.replaced] {
                    guard let object else { continue }
                    names.append(
                        Name.key(of: try DefinitionReader(of: object).string("destination")))
                }
            default: break
            }
            for name in names {
                guard let id = destinations.id(name, environment: production),
                    let destination = destinations[id]
                else { continue }
                try requireUse(of: destination, author)
            }
            if target.key.kind == .orchestrationGroup,
                let group: OrchestrationGroup = present(target.key, author)
            {
                try requireUse(ofAll: group, author)
            }
        }
    }

    fileprivate func requirePlace(
        of target: ConfigurationTarget, _ author: Author
    ) throws(Refusal) {
        guard let object = target.object else { return }
        let former: Destination? = present(target.key, author)
        let definition = DefinitionReader(of: object)
        let promoted = Destination(
            id: former?.id ?? author.id, environment: author.environment, name: object.name,
            kind: try definition.string("kind"), settings: try definition.json("settings"),
            createdBy: author.actor)
        try requirePlace(of: promoted, instead: former, author)
    }

    /// Checks again everything that the sandbox's exports send.
    fileprivate func requireNoErrors(in sandbox: Sandbox) throws(Refusal) {
        let check = SandboxCheck(of: sandbox, in: self)
        var found: [Int64: FactValue] = [:]
        for database in check.databases {
            let fact = Fact.currentCatalog(databaseID: database.id)
            guard let value = facts[fact] else { throw .needs(fact) }
            found[database.id] = value
        }
        let errors = check.errors(found)
        if errors.isEmpty { return }
        throw .because(
            .sandboxHasErrors,
            "cannot promote \(quoted(sandbox.name)): "
                + errors.prefix(10).map(\.message).joined(separator: "; ")
                + (errors.count > 10 ? " and \(errors.count - 10) more" : ""),
            hint: "fix them, or remove the affected objects from the sandbox; see "
                + "ferry.sandbox_problems")
    }

    /// In the sandbox, destinations were tested only under their quarantine prefix.
    fileprivate func requireTests(of targets: [ConfigurationTarget]) throws(Refusal) {
        for target in targets where target.key.kind == .destination {
            guard let object = target.object else { continue }
            let definition = DefinitionReader(of: object)
            let test = Fact.destinationTest(
                .init(
                    name: object.name, kind: try definition.string("kind"),
                    settings: try definition.json("settings")))
            guard let result = facts[test] else { throw .needs(test) }
            if case .failed(let reason) = result {
                throw .because(
                    .destinationTestFailed,
                    "destination \(quoted(object.name)) was not promoted: its test in production "
                        + "failed: \(shown(reason))",
                    hint: "fix the cause or its settings in the sandbox, then promote again")
            }
        }
    }

    /// How many objects were added, changed and removed, and which.
    fileprivate func details(of targets: [ConfigurationTarget]) -> [String: JSONValue] {
        var details: [String: JSONValue] = [:]
        for change in ["added", "changed", "removed"] {
            let words = targets.filter { $0.change?.rawValue == change }.map(\.words)
            if !words.isEmpty { details[change] = .array(words.map { .string($0) }) }
        }
        return details
    }

    /// All of them, sorted: each must be resolved.
    fileprivate func allListed(_ words: [String]) -> String {
        words.sorted().joined(separator: ", ")
    }
}
