// Bringing changes from production into a sandbox, and from a sandbox into production.
extension World {
    /// Brings what production changed since the last sync into the sandbox.
    ///
    /// - Parameter side: Whose objects prevail where both sides changed them; nil to reject then.
    mutating func pullSandbox(
        _ name: Name, keep side: ConfigurationMerge.Side?, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireProduction(author)
        var sandbox: Sandbox = try existing(name, author)
        let merge = merge(of: sandbox)
        let conflicts = merge.conflicts
        if let first = conflicts.first, side == nil {
            let which = conflicts.count == 1 ? first.words : "\(conflicts.count) objects"
            throw .because(
                .sandboxConflict,
                "cannot pull into \(quoted(sandbox.name)): production and the sandbox both "
                    + "changed \(which)"
                    + (conflicts.count == 1 ? "" : ": " + allListed(conflicts.map(\.words))),
                hint: "see both sides in ferry.sandbox_changes, then pull with keep => "
                    + "'sandbox' or 'production'")
        }
        if merge.inProduction.isEmpty { return [] }

        let targets = merge.pulled(keeping: side ?? .sandbox)
        let own = author.acting(in: sandbox.name)
        let ids = try newIDs(countNew(targets, in: own.environment), author)
        var world = self
        let events = try world.reconfigure(targets, own, ids: ids)
        sandbox.base = world.configuration(of: production)
        world.save(sandbox)
        self = world
        var details = details(of: targets)
        if let side, !conflicts.isEmpty {
            details["kept"] = .string(side.rawValue)
            details["conflicts"] = .array(conflicts.map { .string($0.words) })
        }
        return events + [Event(.sandboxPulled, sandbox, details: .object(details))]
    }

    /// Applies all that the sandbox changed to production.
    mutating func promoteSandbox(
        _ name: Name, message: String, delete: Bool, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireProduction(author)
        var sandbox: Sandbox = try existing(name, author)
        let merge = merge(of: sandbox)
        try requireSync(merge, sandbox)
        let targets = merge.promoted()
        if targets.isEmpty {
            throw .because(
                .nothingToPromote,
                "sandbox \(quoted(sandbox.name)) is what production is: nothing to promote",
                hint: "drafts are not promoted: activate them first (activate_data_export)")
        }
        try requireUse(of: targets, author)
        try requireNoErrors(in: sandbox)
        try requireTests(of: targets)
        if delete { try requireNoRuns(in: sandbox) }

        let ids = try newIDs(countNew(targets, in: production), author)
        var world = self
        let events = try world.reconfigure(
            targets, author, ids: ids, note: ["sandbox": .string(sandbox.name)])
        var details = details(of: targets)
        details["message"] = .string(message)
        let drafts = drafts(in: sandbox.name)
        if !drafts.isEmpty { details["drafts_left"] = .array(drafts.map { .string($0) }) }
        details["deleted"] = .bool(delete)
        sandbox.base = world.configuration(of: production)
        world.save(sandbox)
        var last = [Event(.sandboxPromoted, sandbox, details: .object(details))]
        if delete {
            last.append(
                Event(.sandboxDeleted, sandbox, details: world.removeAll(of: sandbox, author)))
        }
        self = world
        return events + last
    }

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

    private func requireSync(
        _ merge: ConfigurationMerge, _ sandbox: Sandbox
    ) throws(Refusal) {
        let behind = merge.inProduction
        if behind.isEmpty { return }
        let what = behind.map { "\($0.words) (\($0.inProduction?.rawValue ?? ""))" }
        throw .because(
            .sandboxBehind,
            "cannot promote \(quoted(sandbox.name)): production has changed since the last sync: "
                + listed(what),
            hint: "pull_sandbox brings these changes into the sandbox; try it again there, then "
                + "promote it")
    }

    /// A destination that only administrators may use is not changed by anybody else, nor what
    /// is sent to it or runs it; nor does anybody else promote another one at its place.
    private func requireUse(
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

    private func requirePlace(
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

    /// Looks again, now, at all that the sandbox's exports send.
    private func requireNoErrors(in sandbox: Sandbox) throws(Refusal) {
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
            hint: "mend them, or remove in the sandbox what has them; see ferry.sandbox_problems")
    }

    /// In the sandbox, destinations were tested under their quarantine prefix alone.
    private func requireTests(of targets: [ConfigurationTarget]) throws(Refusal) {
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
                    hint: "mend the cause or its settings in the sandbox, then promote again")
            }
        }
    }

    /// How many objects were added, changed and removed, and which.
    private func details(of targets: [ConfigurationTarget]) -> [String: JSONValue] {
        var details: [String: JSONValue] = [:]
        for change in ["added", "changed", "removed"] {
            let words = targets.filter { $0.change?.rawValue == change }.map(\.words)
            if !words.isEmpty { details[change] = .array(words.map { .string($0) }) }
        }
        return details
    }

    /// All of them, sorted: whoever has to resolve them must know each.
    private func allListed(_ words: [String]) -> String {
        words.sorted().joined(separator: ", ")
    }
}
