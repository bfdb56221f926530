import Values

extension CommandDefinition {
    static let destinationCommands: [any Command.Type] = [
        CreateDestination.self, EditDestination.self, DeleteDestination.self,
        TestDestination.self,
    ]
}

struct CreateDestination: Command {
    static let definition = CommandDefinition(
        "create_destination", on: .destination,
        [
            "name": .name, "kind": .destinationKind, "settings": .settings,
            "administrators_only": .flag,
        ],
        for: .configureDestinations, "Test and create a destination.")

    let name: Name
    let kind: String
    let settings: JSONValue
    let administratorsOnly: Bool

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .destination)
        kind = try given.destinationKind()
        settings = try given.object("settings")
        administratorsOnly = try given.boolean("administrators_only")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireFree(name, for: Destination.self, author)
        let destination = Destination(
            id: author.id, environment: author.environment, name: name.text, kind: kind,
            settings: settings, administratorsOnly: administratorsOnly, createdBy: author.actor)
        try world.requirePlace(of: destination, author)
        try world.requirePassedTest(toSave: destination)
        world.save(destination)
        return [Event(.destinationCreated, destination)]
    }
}

/// Arguments that are not given keep their values. Tested when its settings change, like a new one.
/// Data templates depend only on its kind, so they stay valid.
struct EditDestination: Command {
    static let definition = CommandDefinition(
        "edit_destination", on: .destination,
        [
            "name": .name, "settings": .settings.optional, "administrators_only": .flag,
            "kind": .destinationKind.optional,
        ],
        for: .configureDestinations,
        "Test and change a destination's settings. Its kind cannot be changed.")

    let name: Name
    /// Must be its current kind.
    let kind: String?
    let settings: JSONValue?
    let administratorsOnly: Bool?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .destination)
        kind = given.has("kind") ? try given.destinationKind() : nil
        settings = given.has("settings") ? try given.object("settings") : nil
        administratorsOnly =
            given.has("administrators_only") ? try given.boolean("administrators_only") : nil
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var destination: Destination = try world.existing(name, author)
        try world.requireUse(of: destination, author)
        if let kind, kind != destination.destinationKind {
            throw .because(
                .kindIsFixed,
                "destination \(quoted(destination.name)) is of kind "
                    + "\(destination.destinationKind), which cannot be changed to \(kind)",
                hint: "create a destination of that kind, and switch orchestrations to it with "
                    + "edit_orchestration")
        }
        var changed: [JSONValue] = []
        if let settings, settings != destination.settings {
            let former = destination
            destination.settings = settings
            try world.requirePlace(of: destination, instead: former, author)
            try world.requirePassedTest(toSave: destination)
            changed.append("settings")
        }
        if let administratorsOnly, administratorsOnly != destination.administratorsOnly {
            destination.administratorsOnly = administratorsOnly
            changed.append("administrators_only")
        }
        if changed.isEmpty { return [] }
        world.save(destination)
        return [Event(.destinationEdited, destination, details: ["changed": .array(changed)])]
    }
}

struct DeleteDestination: CommandOnNamed {
    static let definition = CommandDefinition(
        "delete_destination", on: .destination, ["name": .name], for: .configureDestinations,
        "Delete a destination that no data template or orchestration uses.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try world.existing(name, author)
        try world.requireUse(of: destination, author)
        try world.requireUnused(destination, isBeingUsedBy: { "\($0) is sending to it" })
        world.delete(destination)
        return [Event(.destinationDeleted, destination)]
    }
}

/// Changes nothing: it is applied when the test passes.
struct TestDestination: CommandOnNamed {
    static let definition = CommandDefinition(
        "test_destination", on: .destination, ["name": .name], for: .configureDestinations,
        "Test a destination again: connect, write, read back, delete. Changes nothing.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try world.existing(name, author)
        try world.requireUse(of: destination, author)
        let test = Fact.destinationTest(
            .init(
                name: destination.name, kind: destination.destinationKind,
                settings: destination.settings, sandbox: destination.sandbox))
        guard let result = world.facts[test] else { throw .needs(test) }
        if case .invalid(let reason) = result {
            throw .because(
                .invalidSettings,
                "the settings of destination \(quoted(destination.name)) are not valid: "
                    + shown(reason),
                hint: "correct them with edit_destination")
        }
        if case .failed(let reason) = result {
            throw .because(
                .destinationTestFailed,
                "the test of destination \(quoted(destination.name)) failed: \(shown(reason))",
                hint: "fix the cause, then resend the command")
        }
        return [Event(.destinationTested, destination)]
    }
}

extension CommandDefinition.Argument {
    fileprivate static let destinationKind = choice(of: Destination.kinds)
}

extension Arguments {
    fileprivate func destinationKind() throws(Rejection) -> String {
        let kind = try string("kind")
        if Destination.kinds.contains(kind) { return kind }
        throw Rejection(
            .unknownDestinationKind, "unknown destination kind \(quoted(kind))",
            hint: "kinds: " + Destination.kinds.joined(separator: ", "))
    }
}

extension World {
    /// - Throws: ``RejectionCode/destinationTestFailed``.
    func requirePassedTest(toSave destination: Destination) throws(Refusal) {
        let test = Fact.destinationTest(
            .init(
                name: destination.name, kind: destination.destinationKind,
                settings: destination.settings, sandbox: destination.sandbox))
        guard let result = facts[test] else { throw .needs(test) }
        if case .invalid(let reason) = result {
            throw .because(
                .invalidSettings,
                "destination \(quoted(destination.name)) was not saved: \(shown(reason))",
                hint: "correct its settings, then resend the command")
        }
        guard case .failed(let reason) = result else { return }
        throw .because(
            .destinationTestFailed,
            "destination \(quoted(destination.name)) was not saved: its test failed: "
                + shown(reason),
            hint: "fix the cause or the settings, then resend the command")
    }
}
