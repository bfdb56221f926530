import Values

extension CommandDefinition {
    static let alertCommands: [any Command.Type] = [
        CreateAlert.self, EditAlert.self, DeleteAlert.self, TestAlert.self,
    ]

    fileprivate static func alertDefinition(
        _ command: String, _ description: String
    ) -> CommandDefinition {
        CommandDefinition(
            command, on: .alert,
            [
                "name": .name, "on": Argument(.strings, itemsMax: 16),
                "credential": .credential.optional,
                "program": Argument(.strings, itemsMax: 64).optional,
                "orchestration": .orchestration.optional,
                "runtime_seconds_max": .integer.optional, "retry_seconds_max": .integer.optional,
            ],
            for: .configureDestinations, description)
    }
}

/// The arguments of `create_alert` and `edit_alert`.
private struct AlertRequest {
    let name: Name
    let settings: AlertSettings
    /// Nil for all runs of the environment.
    let orchestration: Name?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .alert)
        settings = try AlertSettings(given, of: name)
        orchestration = try given.optionalName("orchestration", of: .orchestration)
    }

    func orchestration(
        in world: World, _ author: Author
    ) throws(Refusal) -> Orchestration? {
        guard let orchestration else { return nil }
        return try world.existing(orchestration, author)
    }
}

struct CreateAlert: Command {
    static let definition = CommandDefinition.alertDefinition(
        "create_alert",
        "Create an alert: post to a URL or run a program when runs fail, succeed or take too long.")

    private let request: AlertRequest

    init(_ given: Arguments) throws(Rejection) { request = try AlertRequest(given) }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireFree(request.name, for: Alert.self, author)
        let orchestration = try request.orchestration(in: world, author)
        let alert = Alert(
            id: author.id, environment: author.environment, name: request.name.text,
            orchestrationID: orchestration?.id, settings: request.settings,
            createdBy: author.actor)
        world.save(alert)
        return [Event(.alertCreated, alert, orchestration)]
    }
}

/// Replaces all settings.
struct EditAlert: Command {
    static let definition = CommandDefinition.alertDefinition(
        "edit_alert", "Replace an alert's settings.")

    private let request: AlertRequest

    init(_ given: Arguments) throws(Rejection) { request = try AlertRequest(given) }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let former: Alert = try world.existing(request.name, author)
        let orchestration = try request.orchestration(in: world, author)
        let alert = Alert(
            id: former.id, environment: former.environment, name: former.name,
            orchestrationID: orchestration?.id, settings: request.settings,
            createdBy: former.createdBy)
        if alert == former { return [] }
        world.save(alert)
        return [Event(.alertEdited, alert, orchestration)]
    }
}

struct DeleteAlert: CommandOnNamed {
    static let definition = CommandDefinition(
        "delete_alert", on: .alert, ["name": .name], for: .configureDestinations,
        "Delete an alert and its undelivered messages.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let alert: Alert = try world.existing(name, author)
        world.delete(alert)
        return [Event(.alertDeleted, alert)]
    }
}

/// Changes nothing; only queues a message for delivery.
struct TestAlert: CommandOnNamed {
    static let definition = CommandDefinition(
        "test_alert", on: .alert, ["name": .name], for: .configureDestinations,
        "Have an alert send a message now; ferry.alert_deliveries shows the result.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let alert: Alert = try world.existing(name, author)
        world.alertTests.append(AlertTest(alertID: alert.id))
        return [Event(.alertTested, alert)]
    }
}

extension Event {
    fileprivate init(_ kind: EventKind, _ alert: Alert, _ orchestration: Orchestration?) {
        var details: [String: JSONValue] = [
            "on": .array(alert.settings.on.map { .string($0.rawValue) })
        ]
        if let orchestration { details["orchestration"] = .string(orchestration.name) }
        self.init(kind, alert, details: .object(details))
    }
}
