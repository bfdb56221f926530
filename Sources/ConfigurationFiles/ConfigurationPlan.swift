import Values

/// The changes that bring an environment to the configuration of a file.
public struct ConfigurationPlan: Sendable {
    /// In the order in which they can be applied.
    public let changes: [ConfigurationChange]
    /// Objects that are not in the file, and are kept.
    public let leftAlone: [DefinedObject]

    /// The deletions.
    public var deletions: [DefinedObject] {
        changes.filter { $0.verb == "delete" }.map(\.object)
    }

    /// Compares a file with the current configuration.
    ///
    /// - Parameters:
    ///   - drafts: The data exports that have a draft.
    ///   - prunes: Whether to delete objects that are not in the file.
    /// - Throws: ``InvalidConfiguration`` for names of objects that do not exist, for changes that
    ///   are not possible, and for a file that is too empty to prune by.
    public init(
        from current: Configuration, to file: ConfigurationFile, drafts: [OpenDraft] = [],
        prunes: Bool = false
    ) throws(InvalidConfiguration) {
        let desired = file.configuration
        let known = prunes ? [] : Array(current.objects.values)
        let all = Configuration(known + desired.objects.values)
        let order = GroupOrder(of: all)
        var problems = Self.missing(file, all) + order.circles(in: file)
        if prunes { problems += Self.emptied(file, current) }
        var changes: [ConfigurationChange] = []
        for kind in ConfiguredKind.allCases {
            for object in order.earliestFirst(desired.all(kind)) {
                guard let old = current[object.identity] else {
                    changes.append(.create(object))
                    continue
                }
                if old.isSame(as: object) { continue }
                if kind == .destination, old.definition["kind"] != object.definition["kind"] {
                    problems.append(Self.kindIsFixed(object, old, file))
                }
                changes.append(.update(old, object))
            }
        }
        let others = ConfiguredKind.allCases.reversed().flatMap { kind in
            GroupOrder(of: current).latestFirst(
                current.all(kind).filter { desired[$0.identity] == nil })
        }
        if prunes { changes += others.map { .delete($0) } }
        leftAlone = prunes ? [] : others
        for draft in drafts where !draft.isOfApply {
            guard let change = changes.first(where: { $0.object.identity == draft.identity }) else {
                continue
            }
            problems.append(Self.isBeingEdited(change.object, draft, file))
        }
        if !problems.isEmpty { throw InvalidConfiguration(problems) }
        let left = drafts.filter { $0.isOfApply }.map { draft in
            current[draft.identity]
                ?? DefinedObject(.dataExport, name: draft.name, definition: [:])
        }.filter { prunes || desired[$0.identity] != nil }
        // First, so that all other changes apply to the compared configuration.
        self.changes = left.map { .discard($0) } + changes
    }

    private static func isBeingEdited(
        _ object: DefinedObject, _ draft: OpenDraft, _ file: ConfigurationFile
    ) -> ConfigurationProblem {
        let opener = shown(draft.openedBy)
        return ConfigurationProblem(
            file.place(of: object), "\(object.words) has a draft, opened by \(opener)",
            hint: "discard it (ferry export discard-draft), or wait until \(opener) has finished; "
                + "if an apply of \(opener) was interrupted, \(opener) can apply again")
    }

    private static func missing(
        _ file: ConfigurationFile, _ all: Configuration
    ) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        for object in file.configuration.objects.values {
            for key in object.kind.references.keys {
                for (index, (identity, name)) in object.references(key).enumerated()
                where all[identity] == nil {
                    problems.append(
                        ConfigurationProblem(
                            file.place(of: object, key, index),
                            "\(object.words) refers to \(identity.kind.word) \"\(shown(name))\", "
                                + "which is neither in the file nor in the environment"
                                + Suggestion.words(for: name, among: all.names(like: identity))))
                }
            }
        }
        return problems
    }

    private static func kindIsFixed(
        _ object: DefinedObject, _ old: DefinedObject, _ file: ConfigurationFile
    ) -> ConfigurationProblem {
        let former = old.definition["kind"].map(\.text) ?? ""
        return ConfigurationProblem(
            file.place(of: object, "kind"),
            "\(object.words) is of kind \(shown(former)), which cannot be changed",
            hint: "use another name, and change its orchestrations to that name")
    }
}

extension Configuration {
    /// The candidates for the name that was meant.
    fileprivate func names(like identity: DefinedObject.Identity) -> [String] {
        all(identity.kind).filter { $0.identity.destination == identity.destination }
            .map(\.name)
    }
}
