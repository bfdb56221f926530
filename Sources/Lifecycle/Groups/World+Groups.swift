// Orchestration groups.
extension World {
    mutating func apply(
        _ command: GroupCommand, to name: Name, _ author: Author
    ) throws(Refusal) -> [Event] {
        switch command {
        case .create(let request): try createGroup(name, request, author)
        case .edit(let request): try editGroup(name, request, author)
        case .delete: try deleteGroup(name, author)
        case .enable: try enableGroup(name, author)
        case .disable: try disableGroup(name, author)
        case .run: try runGroup(name, author)
        }
    }

    private mutating func createGroup(
        _ name: Name, _ request: GroupRequest, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireFree(name, for: OrchestrationGroup.self, author)
        guard let trigger = try trigger(request, instead: nil, author) else {
            throw notOneTrigger
        }
        let members = try members(request.orchestrations ?? [], author)
        var group = OrchestrationGroup(
            id: author.id, environment: author.environment, name: name.text,
            orchestrationIDs: members.map(\.id), trigger: trigger, runsAs: author.actor,
            createdBy: author.actor)
        group.nextTimes = try nextTimes(of: group)
        save(group)
        return [Event(.orchestrationGroupCreated, group, details: try details(of: group))]
    }

    private mutating func editGroup(
        _ name: Name, _ request: GroupRequest, _ author: Author
    ) throws(Refusal) -> [Event] {
        let group: OrchestrationGroup = try existing(name, author)
        // They stay in the group, and run in the name of whoever edits it, or leave it.
        try requireUse(ofAll: group, author)
        var edited = group
        if let trigger = try trigger(request, instead: group, author) {
            if case .after(let earlier) = trigger { try requireNoCircle(from: earlier, to: group) }
            edited.trigger = trigger
        }
        if let names = request.orchestrations {
            edited.orchestrationIDs = try members(names, author).map(\.id)
        }
        edited.runsAs = author.actor
        if edited.trigger != group.trigger { edited.nextTimes = try nextTimes(of: edited) }
        if edited == group { return [] }
        save(edited)
        return [Event(.orchestrationGroupEdited, edited, details: try details(of: edited))]
    }

    private mutating func deleteGroup(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let group: OrchestrationGroup = try existing(name, author)
        try requireUse(ofAll: group, author)
        try requireUnused(group, isBeingUsedBy: { "\($0) of it has not ended" })
        let later = users(of: .orchestrationGroup, group.id, as: OrchestrationGroup.self)
        if !later.isEmpty {
            throw .because(
                .inUse,
                "cannot delete \(quoted(group.name)): "
                    + counted("orchestration group", later.map(\.name))
                    + (later.count == 1 ? " comes after it" : " come after it"),
                hint: "give them another trigger with edit_orchestration_group, "
                    + "or delete them first")
        }
        delete(group)
        return [Event(.orchestrationGroupDeleted, group)]
    }

    private mutating func enableGroup(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        var group: OrchestrationGroup = try existing(name, author)
        if group.isEnabled { return [] }
        try requireUse(ofAll: group, author)
        group.isEnabled = true
        group.runsAs = author.actor
        group.nextTimes = try nextTimes(of: group)
        save(group)
        return [Event(.orchestrationGroupEnabled, group, details: try details(of: group))]
    }

    private mutating func disableGroup(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        var group: OrchestrationGroup = try existing(name, author)
        if !group.isEnabled { return [] }
        try requireUse(ofAll: group, author)
        group.isEnabled = false
        group.nextTimes = []
        save(group)
        return [Event(.orchestrationGroupDisabled, group)]
    }

    /// All of its runs, or none.
    private mutating func runGroup(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let group: OrchestrationGroup = try existing(name, author)
        if !group.isEnabled {
            throw .because(
                .groupDisabled, "orchestration group \(quoted(group.name)) is disabled",
                hint: "enable it with enable_orchestration_group, or run its orchestrations "
                    + "one by one with run_orchestration")
        }
        var members: [(Orchestration, Sending)] = []
        for id in group.orchestrationIDs {
            let orchestration: Orchestration = try used(id)
            members.append((orchestration, try sending(orchestration, of: group, author)))
        }
        let ids = try newIDs(members.count, author)
        var events = [
            Event(.groupRunQueued, group, details: ["runs": .array(ids.map { .int($0) })])
        ]
        for (id, (orchestration, sending)) in zip(ids, members) {
            var run = sending.run(id, of: orchestration, author)
            run.groupRunID = author.id
            run.groupID = group.id
            run.groupName = group.name
            save(run)
            events.append(queued(run))
        }
        return events
    }

    /// - Throws: Why the orchestration cannot run, naming it and its group.
    private func sending(
        _ orchestration: Orchestration, of group: OrchestrationGroup, _ author: Author
    ) throws(Refusal) -> Sending {
        do throws(Refusal) {
            return try sending(orchestration, author)
        } catch {
            guard case .rejected(let rejection) = error else { throw error }
            throw .because(
                rejection.code,
                "cannot run \(quoted(group.name)): orchestration "
                    + "\(quoted(orchestration.name)): \(rejection.message)",
                hint: rejection.hint)
        }
    }

    private func members(
        _ names: [Name], _ author: Author
    ) throws(Refusal) -> [Orchestration] {
        var members: [Orchestration] = []
        for name in names {
            let orchestration: Orchestration = try existing(name, author)
            try requireUse(of: try used(orchestration.destinationID), author)
            members.append(orchestration)
        }
        return members
    }

    func requireUse(ofAll group: OrchestrationGroup, _ author: Author) throws(Refusal) {
        for id in group.orchestrationIDs {
            let orchestration: Orchestration = try used(id)
            try requireUse(of: try used(orchestration.destinationID), author)
        }
    }

    /// An orchestration that a group runs cannot go.
    ///
    /// - Throws: ``RejectionCode/inUse``.
    func requireUngrouped(_ orchestration: Orchestration) throws(Refusal) {
        let groups = users(of: .orchestration, orchestration.id, as: OrchestrationGroup.self)
        if groups.isEmpty { return }
        throw .because(
            .inUse,
            "cannot delete \(quoted(orchestration.name)): it is in "
                + counted("orchestration group", groups.map(\.name)),
            hint: "take it out with edit_orchestration_group, or use delete_orchestration_group")
    }
}
