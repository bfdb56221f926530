import Lifecycle

/// What has to be done so that an environment is configured as a file says.
public struct ConfigurationPlan: Sendable {
    /// In the order in which it can be done.
    public let changes: [ConfigurationChange]
    /// Objects that the file does not hold, and that stay.
    public let leftAlone: [ConfiguredObject]

    /// Compares a file with what there is.
    ///
    /// - Parameters:
    ///   - drafts: The names of the data exports that have a draft.
    ///   - prunes: Whether objects that the file does not hold are deleted.
    /// - Throws: ``InvalidConfiguration`` with the names of objects that are nowhere, and with
    ///   what cannot be changed.
    public init(
        from current: Configuration, to file: ConfigurationFile, drafts: [String] = [],
        prunes: Bool = false
    ) throws(InvalidConfiguration) {
        let desired = file.configuration
        let known = prunes ? [] : Array(current.objects.values)
        let all = Configuration(known + desired.objects.values)
        let order = GroupOrder(of: all)
        var problems = Self.missing(file, all) + order.circles(in: file)
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
        let hidden = Set(drafts.map { ConfiguredObject.Identity(.dataExport, $0) })
        for change in changes where hidden.contains(change.object.identity) {
            problems.append(
                ConfigurationProblem(
                    file.place(of: change.object), "\(change.object.words) has a draft",
                    hint: "activate it or discard it first: ferry export activate, or "
                        + "ferry export discard-draft"))
        }
        if !problems.isEmpty { throw InvalidConfiguration(problems) }
        self.changes = changes
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
                            "\(object.words) names \(identity.kind.word) \"\(shown(name))\", "
                                + "which is neither in the file nor in the environment"
                                + Suggestion.words(for: name, among: all.names(like: identity))))
                }
            }
        }
        return problems
    }

    private static func kindIsFixed(
        _ object: ConfiguredObject, _ old: ConfiguredObject, _ file: ConfigurationFile
    ) -> ConfigurationProblem {
        let former = old.definition["kind"].map(\.text) ?? ""
        return ConfigurationProblem(
            file.place(of: object, "kind"),
            "\(object.words) is of kind \(shown(former)), which cannot be changed",
            hint: "give it another name, and let its orchestrations use that")
    }
}

extension Configuration {
    /// The names that could have been meant instead.
    fileprivate func names(like identity: ConfiguredObject.Identity) -> [String] {
        all(identity.kind).filter { $0.identity.destination == identity.destination }
            .map(\.name)
    }
}
