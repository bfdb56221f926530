import Values

extension CommandDefinition {
    static let dataTemplateCommands: [any Command.Type] = [
        CreateDataTemplate.self, EditDataTemplate.self, DeleteDataTemplate.self,
    ]
}

/// The arguments of `create_data_template` and `edit_data_template`.
struct DataTemplateRequest: Hashable, Sendable {
    static let arguments: KeyValuePairs<String, CommandDefinition.Argument> = [
        "destination": .destination, "name": .name, "settings": .settings,
    ]

    let destination: Name
    let name: Name
    let settings: JSONValue

    init(_ given: Arguments) throws(Rejection) {
        destination = try given.name("destination", of: .destination)
        name = try given.name("name", of: .dataTemplate)
        settings = try given.object("settings")
    }
}

struct CreateDataTemplate: Command {
    static let definition = CommandDefinition(
        "create_data_template", on: .dataTemplate, key: ["destination", "name"],
        DataTemplateRequest.arguments,
        for: .configureDestinations, "Create a data template: named file settings of a destination."
    )

    let request: DataTemplateRequest

    init(_ given: Arguments) throws(Rejection) { request = try DataTemplateRequest(given) }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try world.existing(request.destination, author)
        try world.requireUse(of: destination, author)
        if let other: DataTemplate = world.find(request.name, scope: destination.id, author) {
            let note = other.name == request.name.text ? "" : " (as \(quoted(other.name)))"
            throw .because(
                .nameInUse,
                "data template name \(quoted(request.name.text)) is already in use "
                    + "at destination \(quoted(destination.name))\(note)",
                hint: "choose another name; names are case-insensitive")
        }
        let template = DataTemplate(
            id: author.id, environment: author.environment, destinationID: destination.id,
            name: request.name.text, settings: request.settings, createdBy: author.actor)
        try world.requireValidSettings(toSave: template, of: destination)
        world.save(template)
        return [
            Event(
                .dataTemplateCreated, template,
                details: ["destination": .string(destination.name)])
        ]
    }
}

struct EditDataTemplate: Command {
    static let definition = CommandDefinition(
        "edit_data_template", on: .dataTemplate, key: ["destination", "name"],
        DataTemplateRequest.arguments,
        for: .configureDestinations, "Replace the settings of a data template.")

    let request: DataTemplateRequest

    init(_ given: Arguments) throws(Rejection) { request = try DataTemplateRequest(given) }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try world.existing(request.destination, author)
        try world.requireUse(of: destination, author)
        var template = try world.existingTemplate(request.name, of: destination, author)
        if template.settings == request.settings { return [] }
        template.settings = request.settings
        try world.requireValidSettings(toSave: template, of: destination)
        world.save(template)
        return [
            Event(
                .dataTemplateEdited, template, details: ["destination": .string(destination.name)])
        ]
    }
}

struct DeleteDataTemplate: Command {
    static let definition = CommandDefinition(
        "delete_data_template", on: .dataTemplate, key: ["destination", "name"],
        ["destination": .destination, "name": .name], for: .configureDestinations,
        "Delete a data template that no orchestration uses.")

    let destination: Name
    let name: Name

    init(_ given: Arguments) throws(Rejection) {
        destination = try given.name("destination", of: .destination)
        name = try given.name("name", of: .dataTemplate)
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let destination: Destination = try world.existing(self.destination, author)
        try world.requireUse(of: destination, author)
        let template = try world.existingTemplate(name, of: destination, author)
        try world.requireUnused(template, isBeingUsedBy: { "\($0) is using it" })
        world.delete(template)
        return [
            Event(
                .dataTemplateDeleted, template,
                details: ["destination": .string(destination.name)])
        ]
    }
}

extension World {
    /// - Throws: ``RejectionCode/invalidSettings``.
    func requireValidSettings(
        toSave template: DataTemplate, of destination: Destination
    ) throws(Refusal) {
        let check = Fact.templateCheck(
            kind: destination.destinationKind, settings: template.settings)
        guard let result = facts[check] else { throw .needs(check) }
        guard case .failed(let reason) = result else { return }
        throw .because(
            .invalidSettings,
            "data template \(quoted(template.name)) was not saved: \(shown(reason))",
            hint: "correct its settings, then resend the command")
    }
}
