// Alerts.
extension World {
    mutating func apply(
        _ command: AlertCommand, _ author: Author
    ) throws(Refusal) -> [Event] {
        switch command {
        case .create(let name, let settings, let orchestration):
            try createAlert(name, settings, orchestration, author)
        case .edit(let name, let settings, let orchestration):
            try editAlert(name, settings, orchestration, author)
        case .delete(let name): try deleteAlert(name, author)
        case .test(let name): try testAlert(name, author)
        }
    }

    private mutating func createAlert(
        _ name: Name, _ settings: AlertSettings, _ orchestrationName: Name?, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireFree(name, for: Alert.self, author)
        let orchestration = try orchestration(of: orchestrationName, author)
        let alert = Alert(
            id: author.id, environment: author.environment, name: name.text,
            orchestrationID: orchestration?.id, settings: settings, createdBy: author.actor)
        save(alert)
        return [Event(.alertCreated, alert, details: details(of: alert, orchestration))]
    }

    /// Replaces all that was chosen.
    private mutating func editAlert(
        _ name: Name, _ settings: AlertSettings, _ orchestrationName: Name?, _ author: Author
    ) throws(Refusal) -> [Event] {
        let former: Alert = try existing(name, author)
        let orchestration = try orchestration(of: orchestrationName, author)
        let alert = Alert(
            id: former.id, environment: former.environment, name: former.name,
            orchestrationID: orchestration?.id, settings: settings, createdBy: former.createdBy)
        if alert == former { return [] }
        save(alert)
        return [Event(.alertEdited, alert, details: details(of: alert, orchestration))]
    }

    private mutating func deleteAlert(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let alert: Alert = try existing(name, author)
        delete(alert)
        return [Event(.alertDeleted, alert)]
    }

    /// Changes nothing but that a message waits to be delivered.
    private mutating func testAlert(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let alert: Alert = try existing(name, author)
        alertTests.append(AlertTest(alertID: alert.id))
        return [Event(.alertTested, alert)]
    }

    private func orchestration(
        of name: Name?, _ author: Author
    ) throws(Refusal) -> Orchestration? {
        guard let name else { return nil }
        return try existing(name, author)
    }

    private func details(of alert: Alert, _ orchestration: Orchestration?) -> JSONValue {
        var details: [String: JSONValue] = [
            "on": .array(alert.settings.on.map { .string($0.rawValue) })
        ]
        if let orchestration { details["orchestration"] = .string(orchestration.name) }
        return .object(details)
    }
}
