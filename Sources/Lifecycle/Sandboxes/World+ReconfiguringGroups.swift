import Values

// Changing the orchestration groups of an environment to match their definitions.
extension World {
    /// A group runs in the name of the author of the pull or promotion.
    mutating func makeGroup(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        let definition = DefinitionReader(of: object)
        var members: [Orchestration] = []
        for name in try definition.strings("orchestrations") {
            let member: Orchestration = try referred(name, by: object, author)
            // Deliveries of a sandbox go into quarantine, whoever copied the objects there.
            if author.environment == production {
                try requireUse(of: try used(member.destinationID), author)
            }
            members.append(member)
        }
        let old: OrchestrationGroup? = present(object.key, author)
        var new = OrchestrationGroup(
            id: old?.id ?? ids.popFirst() ?? author.id, environment: author.environment,
            name: old?.name ?? object.name, orchestrationIDs: members.map(\.id),
            isEnabled: try definition.boolean("enabled"),
            trigger: try trigger(of: object, author), runsAs: author.actor,
            createdBy: old?.createdBy ?? author.actor)
        if case .after(let earlier) = new.trigger { try requireNoCircle(from: earlier, to: new) }
        new.nextTimes = try nextTimes(of: new)
        save(new)
        return [
            Event(
                old == nil ? .orchestrationGroupCreated : .orchestrationGroupEdited, new,
                details: try details(of: new))
        ]
    }

    private func trigger(
        of object: ObjectDefinition, _ author: Author
    ) throws(Refusal) -> GroupTrigger {
        let definition = DefinitionReader(of: object)
        if definition.has("schedule") {
            return .schedule(
                GroupSchedule(
                    expression: try definition.string("schedule"),
                    timeZone: try definition.string("time_zone"),
                    catchUp: CatchUp(rawValue: try definition.string("catch_up")) ?? .one))
        }
        guard definition.has("after") else { return .manual }
        let earlier: OrchestrationGroup = try referred(
            try definition.string("after"), by: object, author)
        return .after(earlier.id)
    }

    /// The same objects, but each group after the group that triggers it, if that is among them.
    func groupsInOrder(_ objects: [ObjectDefinition]) throws(Refusal) -> [ObjectDefinition] {
        var ordered = objects.filter { $0.kind != .orchestrationGroup }
        var waiting = objects.filter { $0.kind == .orchestrationGroup }
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.key.name))
            var ready: [ObjectDefinition] = []
            for group in waiting {
                let definition = DefinitionReader(of: group)
                let isReady =
                    definition.has("after")
                    ? !names.contains(Name.key(of: try definition.string("after"))) : true
                if isReady { ready.append(group) }
            }
            // In a cycle none is ready: the cycle is reported when they are applied.
            if ready.isEmpty { return ordered + waiting }
            ordered += ready
            waiting.removeAll(where: ready.contains)
        }
        return ordered
    }

    /// The objects to remove, each before those that it uses, so a group before its predecessor.
    func removalsInOrder(
        _ targets: [ConfigurationTarget], _ author: Author
    ) -> [ConfigurationTarget] {
        let removals = targets.filter { $0.object == nil }
        let depths = Dictionary(
            uniqueKeysWithValues: removals.map { ($0.key, depth(of: $0.key, author)) })
        return removals.sorted { one, other in
            let (first, second) = (depths[one.key] ?? 0, depths[other.key] ?? 0)
            return (other.key.rank, second, other.key) < (one.key.rank, first, one.key)
        }
    }

    /// How many predecessors a group has, directly and indirectly.
    private func depth(of key: ConfigurationKey, _ author: Author) -> Int {
        guard key.kind == .orchestrationGroup, var group: OrchestrationGroup = present(key, author)
        else { return 0 }
        var depth = 0
        while case .after(let id) = group.trigger, let earlier = orchestrationGroups[id],
            depth < orchestrationGroups.byID.count
        {
            depth += 1
            group = earlier
        }
        return depth
    }
}
