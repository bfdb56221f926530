import Values

/// The order of the orchestration groups of a configuration.
struct GroupOrder {
    private let all: Configuration

    init(of all: Configuration) {
        self.all = all
    }

    /// Each group after its predecessors; other objects stay where they are.
    func earliestFirst(_ objects: [DefinedObject]) -> [DefinedObject] {
        sorted(objects) { $0 < $1 }
    }

    /// Each group before its predecessors; other objects stay where they are.
    func latestFirst(_ objects: [DefinedObject]) -> [DefinedObject] {
        sorted(objects) { $0 > $1 }
    }

    private func sorted(
        _ objects: [DefinedObject], _ isBefore: (Int, Int) -> Bool
    ) -> [DefinedObject] {
        let numbered = objects.enumerated().map { index, object in
            (object: object, depth: chain(before: object).count, index: index)
        }
        return numbered.sorted { first, second in
            first.depth == second.depth
                ? first.index < second.index : isBefore(first.depth, second.depth)
        }.map(\.object)
    }

    /// The predecessors of this group, nearest first; each once, so that in a cycle the last is the
    /// group itself.
    private func chain(before group: DefinedObject) -> [DefinedObject] {
        var chain: [DefinedObject] = []
        var seen: Set<DefinedObject.Identity> = []
        var next: DefinedObject? = group
        while let earlier = next?.references("after").first.flatMap({ all[$0.identity] }),
            seen.insert(earlier.identity).inserted
        {
            chain.append(earlier)
            next = earlier
        }
        return chain
    }

    /// Each cycle once, at the first of its groups in the file.
    func circles(in file: ConfigurationFile) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        var reported: Set<DefinedObject.Identity> = []
        for group in file.configuration.all(.orchestrationGroup) {
            let chain = chain(before: group)
            guard chain.last?.identity == group.identity, !reported.contains(group.identity) else {
                continue
            }
            reported.formUnion(chain.map(\.identity))
            let links = zip([group] + chain, chain).map { later, earlier in
                "\"\(shown(later.name))\" runs after \"\(shown(earlier.name))\""
            }
            problems.append(
                ConfigurationProblem(
                    file.place(of: group, "after"),
                    "\(group.words) would run after itself: " + links.joined(separator: ", "),
                    hint: "give one of them another trigger: manual or schedule"))
        }
        return problems
    }
}
