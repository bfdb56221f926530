import Values

extension CommandDefinition {
    static let groupCommands: [any Command.Type] = [
        CreateOrchestrationGroup.self, EditOrchestrationGroup.self, DeleteOrchestrationGroup.self,
        EnableOrchestrationGroup.self, DisableOrchestrationGroup.self, RunOrchestrationGroup.self,
    ]

    fileprivate static func groupDefinition(
        _ command: String, orchestrations: Argument, _ description: String
    ) -> CommandDefinition {
        CommandDefinition(
            command, on: .orchestrationGroup,
            [
                "name": .name, "orchestrations": orchestrations,
                "schedule": Argument(.string, charactersMax: 256).optional,
                "time_zone": Argument(.string, charactersMax: 64).optional,
                "catch_up": .choice(of: CatchUp.allCases.map(\.rawValue)).optional,
                "after": .name.naming(.orchestrationGroup).optional, "manual": .flag,
            ],
            for: .orchestrate, description)
    }
}

extension CommandDefinition.Argument {
    fileprivate static let orchestrations = Self(
        .names, itemsMax: GroupRequest.orchestrationsMax
    ).naming(.orchestration)
}

struct CreateOrchestrationGroup: Command {
    static let definition = CommandDefinition.groupDefinition(
        "create_orchestration_group", orchestrations: .orchestrations,
        "Create a group of orchestrations that share one trigger: a schedule, another group, or "
            + "a command.")

    let name: Name
    let request: GroupRequest

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .orchestrationGroup)
        _ = try given.required("orchestrations")
        request = try GroupRequest(given)
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireFree(name, for: OrchestrationGroup.self, author)
        guard let trigger = try world.trigger(request, instead: nil, author) else {
            throw world.notOneTrigger
        }
        let members = try world.members(request.orchestrations ?? [], author)
        var group = OrchestrationGroup(
            id: author.id, environment: author.environment, name: name.text,
            orchestrationIDs: members.map(\.id), trigger: trigger, runsAs: author.actor,
            createdBy: author.actor)
        group.nextTimes = try world.nextTimes(of: group)
        world.save(group)
        return [Event(.orchestrationGroupCreated, group, details: try world.details(of: group))]
    }
}

/// Changes only the given values.
struct EditOrchestrationGroup: Command {
    static let definition = CommandDefinition.groupDefinition(
        "edit_orchestration_group", orchestrations: .orchestrations.optional,
        "Change the orchestrations or the trigger of a group.")

    let name: Name
    let request: GroupRequest

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .orchestrationGroup)
        request = try GroupRequest(given)
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let group: OrchestrationGroup = try world.existing(name, author)
        // They stay in the group and run in the name of its editor, or they leave it.
        try world.requireUse(ofAll: group, author)
        var edited = group
        if let trigger = try world.trigger(request, instead: group, author) {
            if case .after(let earlier) = trigger {
                try world.requireNoCircle(from: earlier, to: group)
            }
            edited.trigger = trigger
        }
        if let names = request.orchestrations {
            edited.orchestrationIDs = try world.members(names, author).map(\.id)
        }
        edited.runsAs = author.actor
        if edited.trigger != group.trigger { edited.nextTimes = try world.nextTimes(of: edited) }
        if edited == group { return [] }
        world.save(edited)
        return [Event(.orchestrationGroupEdited, edited, details: try world.details(of: edited))]
    }
}

struct DeleteOrchestrationGroup: CommandOnNamed {
    static let definition = CommandDefinition(
        "delete_orchestration_group", on: .orchestrationGroup, ["name": .name],
        for: .orchestrate, "Delete a group; its orchestrations and runs stay.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let group: OrchestrationGroup = try world.existing(name, author)
        try world.requireUse(ofAll: group, author)
        try world.requireUnused(group, isBeingUsedBy: { "\($0) of it has not ended" })
        let later = world.users(of: .orchestrationGroup, group.id, as: OrchestrationGroup.self)
        if !later.isEmpty {
            throw .because(
                .inUse,
                "cannot delete \(quoted(group.name)): "
                    + counted("orchestration group", later.map(\.name))
                    + (later.count == 1 ? " runs after it" : " run after it"),
                hint: "give them another trigger with edit_orchestration_group, "
                    + "or delete them first")
        }
        world.delete(group)
        return [Event(.orchestrationGroupDeleted, group)]
    }
}

struct EnableOrchestrationGroup: CommandOnNamed {
    static let definition = CommandDefinition(
        "enable_orchestration_group", on: .orchestrationGroup, ["name": .name],
        for: .orchestrate,
        "Enable a disabled group; scheduled times that passed meanwhile do not count as missed.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var group: OrchestrationGroup = try world.existing(name, author)
        if group.isEnabled { return [] }
        try world.requireUse(ofAll: group, author)
        group.isEnabled = true
        group.runsAs = author.actor
        group.nextTimes = try world.nextTimes(of: group)
        world.save(group)
        return [Event(.orchestrationGroupEnabled, group, details: try world.details(of: group))]
    }
}

struct DisableOrchestrationGroup: CommandOnNamed {
    static let definition = CommandDefinition(
        "disable_orchestration_group", on: .orchestrationGroup, ["name": .name],
        for: .orchestrate, "Disable a group.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var group: OrchestrationGroup = try world.existing(name, author)
        if !group.isEnabled { return [] }
        try world.requireUse(ofAll: group, author)
        group.isEnabled = false
        group.nextTimes = []
        world.save(group)
        return [Event(.orchestrationGroupDisabled, group)]
    }
}

/// Starts a run of each of its orchestrations, or of none.
struct RunOrchestrationGroup: CommandOnNamed {
    static let definition = CommandDefinition(
        "run_orchestration_group", on: .orchestrationGroup, ["name": .name], for: .run,
        "Start a run of each orchestration of a group: all of them, or none.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let group: OrchestrationGroup = try world.existing(name, author)
        if !group.isEnabled {
            throw .because(
                .groupDisabled, "orchestration group \(quoted(group.name)) is disabled",
                hint: "enable it with enable_orchestration_group, or run its orchestrations "
                    + "individually with run_orchestration")
        }
        var members: [(Orchestration, Sending)] = []
        for id in group.orchestrationIDs {
            let orchestration: Orchestration = try world.used(id)
            members.append((orchestration, try world.sending(orchestration, of: group, author)))
        }
        let ids = try world.newIDs(members.count, author)
        var events = [
            Event(.groupRunQueued, group, details: ["runs": .array(ids.map { .int($0) })])
        ]
        for (id, (orchestration, sending)) in zip(ids, members) {
            var run = sending.run(id, of: orchestration, author)
            run.groupRunID = author.id
            run.groupID = group.id
            run.groupName = group.name
            world.save(run)
            events.append(world.queued(run))
        }
        return events
    }
}

extension World {
    /// - Throws: Why the orchestration cannot run, naming it and its group.
    fileprivate func sending(
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

    fileprivate func members(
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

    /// An orchestration of a group cannot be deleted.
    ///
    /// - Throws: ``RejectionCode/inUse``.
    func requireUngrouped(_ orchestration: Orchestration) throws(Refusal) {
        let groups = users(of: .orchestration, orchestration.id, as: OrchestrationGroup.self)
        if groups.isEmpty { return }
        throw .because(
            .inUse,
            "cannot delete \(quoted(orchestration.name)): it is in "
                + counted("orchestration group", groups.map(\.name)),
            hint: "remove it with edit_orchestration_group, or use delete_orchestration_group")
    }
}
