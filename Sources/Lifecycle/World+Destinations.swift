// Destinations and their data templates.
extension World {
    mutating func createDestination(
        _ name: Name, _ kind: String, _ settings: JSONValue, _ administratorsOnly: Bool,
        _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireFree(name, for: Destination.self, author)
        let destination = Destination(
            id: author.id, environment: author.environment, name: name.text, kind: kind,
            settings: settings, administratorsOnly: administratorsOnly, createdBy: author.actor)
        try requirePlace(of: destination, author)
        try requirePassedTest(toSave: destination)
        save(destination)
        return [Event(.destinationCreated, destination)]
    }

    mutating func deleteDestination(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try existing(name, author)
        try requireUse(of: destination, author)
        try requireUnused(destination, isBeingUsedBy: { "\($0) is sending to it" })
        delete(destination)
        return [Event(.destinationDeleted, destination)]
    }

    /// Changes nothing.
    func testDestination(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try existing(name, author)
        try requireUse(of: destination, author)
        let test = Fact.destinationTest(
            .init(
                name: destination.name, kind: destination.destinationKind,
                settings: destination.settings, sandbox: destination.sandbox))
        guard let result = facts[test] else { throw .needs(test) }
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
                hint: "mend the cause, then send the command again")
        }
        return [Event(.destinationTested, destination)]
    }

    mutating func createDataTemplate(
        _ destinationName: Name, _ name: Name, _ settings: JSONValue, _ author: Author
    ) throws(Refusal) -> [Event] {
        let destination: Destination = try existing(destinationName, author)
        try requireUse(of: destination, author)
        if let other: DataTemplate = find(name, scope: destination.id, author) {
            let note = other.name == name.text ? "" : " (as \(quoted(other.name)))"
            throw .because(
                .nameInUse,
                "data template name \(quoted(name.text)) is already in use "
                    + "at destination \(quoted(destination.name))\(note)",
                hint: "choose another name; upper and lower case count as the same")
        }
        let template = DataTemplate(
            id: author.id, environment: author.environment, destinationID: destination.id,
            name: name.text, settings: settings, createdBy: author.actor)
        try requireValidSettings(toSave: template, of: destination)
        save(template)
        return [
            Event(
                .dataTemplateCreated, template,
                details: ["destination": .string(destination.name)])
        ]
    }

    mutating func deleteDataTemplate(
        _ destinationName: Name, _ name: Name, _ author: Author
    ) throws(Refusal) -> [Event] {
        let destination: Destination = try existing(destinationName, author)
        try requireUse(of: destination, author)
        let template = try existingTemplate(name, of: destination, author)
        try requireUnused(template, isBeingUsedBy: { "\($0) is using it" })
        delete(template)
        return [
            Event(
                .dataTemplateDeleted, template,
                details: ["destination": .string(destination.name)])
        ]
    }

    /// - Throws: ``RejectionCode/runInProgress``, or ``RejectionCode/inUse`` naming the users.
    func requireUnused(
        _ object: some StoredObject, isBeingUsedBy sentence: (String) -> String
    ) throws(Refusal) {
        let kind = type(of: object).kind
        let cannot = "cannot delete \(quoted(object.name)): "
        // A run first: while there is one, its orchestration cannot be deleted either.
        if let run = users(of: kind, object.id, as: Run.self).first {
            throw .because(
                .runInProgress,
                cannot + sentence("run \(run.id)") + "; wait for it or stop it first",
                hint:
                    "stop_run stops a run that is not publishing yet, abandon_run ends one that is "
                    + "and cannot finish")
        }
        let orchestrations = users(of: kind, object.id, as: Orchestration.self).map(\.name)
        let templates = users(of: kind, object.id, as: DataTemplate.self).map(\.name)
        let alerts = users(of: kind, object.id, as: Alert.self).map(\.name)
        var uses: [String] = []
        if !orchestrations.isEmpty { uses.append(counted("orchestration", orchestrations)) }
        if !templates.isEmpty { uses.append(counted("data template", templates)) }
        if !alerts.isEmpty { uses.append(counted("alert", alerts)) }
        if uses.isEmpty { return }
        let them = orchestrations.count + templates.count + alerts.count == 1 ? "it" : "them"
        var commands: [String] = []
        if !orchestrations.isEmpty { commands.append("delete_orchestration") }
        if !templates.isEmpty { commands.append("delete_data_template") }
        if !alerts.isEmpty { commands.append("delete_alert") }
        throw .because(
            .inUse,
            cannot + "used by \(uses.joined(separator: " and ")); delete \(them) first",
            hint: "use \(commands.joined(separator: ", then "))")
    }
}
