import Values

extension CommandDefinition {
    static let orchestrationCommands: [any Command.Type] = [
        AddOrchestration.self, EditOrchestration.self, DeleteOrchestration.self,
        RunOrchestration.self, PlanRun.self,
    ]
}

/// Without `name` it has the name of the export.
struct AddOrchestration: Command {
    static let definition = CommandDefinition(
        "add_orchestration", on: .orchestration, keyWhenAbsent: ["data_export"],
        [
            "data_export": .dataExport, "destination": .destination,
            "data_template": .dataTemplate, "name": .name.optional,
        ],
        for: .orchestrate,
        "Add an orchestration: send an active data export to a destination, with a data template.")

    let dataExport: Name
    let destination: Name
    let dataTemplate: Name
    let name: Name?

    init(_ given: Arguments) throws(Rejection) {
        dataExport = try given.name("data_export", of: .dataExport)
        destination = try given.name("destination", of: .destination)
        dataTemplate = try given.name("data_template", of: .dataTemplate)
        name = try given.optionalName("name", of: .orchestration)
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let export: DataExport = try world.existing(dataExport, author)
        guard let version = export.active else { throw world.isDraft(export) }
        let destination: Destination = try world.existing(self.destination, author)
        try world.requireUse(of: destination, author)
        try world.requireElsewhere(destination, than: version)
        let template = try world.existingTemplate(dataTemplate, of: destination, author)
        // By default the name of the export as that is spelled.
        try world.requireFree(name ?? dataExport, for: Orchestration.self, author)
        let orchestration = Orchestration(
            id: author.id, environment: author.environment, name: name?.text ?? export.name,
            dataExportID: export.id, destinationID: destination.id, dataTemplateID: template.id,
            createdBy: author.actor)
        world.save(orchestration)
        return [
            Event(.orchestrationAdded, orchestration, details: try world.details(of: orchestration))
        ]
    }
}

/// Arguments that are not given keep their values. Without `destination`, the template belongs to
/// the current destination.
struct EditOrchestration: Command {
    static let definition = CommandDefinition(
        "edit_orchestration", on: .orchestration,
        [
            "name": .name, "data_export": .dataExport.optional,
            "destination": .destination.optional, "data_template": .dataTemplate.optional,
        ],
        for: .orchestrate,
        "Change the data export, destination or data template of an orchestration.")

    let name: Name
    let dataExport: Name?
    let destination: Name?
    let dataTemplate: Name?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .orchestration)
        dataExport = try given.optionalName("data_export", of: .dataExport)
        destination = try given.optionalName("destination", of: .destination)
        dataTemplate = try given.optionalName("data_template", of: .dataTemplate)
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try world.existing(name, author)
        let former: Destination = try world.used(orchestration.destinationID)
        try world.requireUse(of: former, author)
        var edited = orchestration
        if let exportName = dataExport {
            let export: DataExport = try world.existing(exportName, author)
            if export.active == nil { throw world.isDraft(export) }
            edited.dataExportID = export.id
        }
        if let destinationName = self.destination {
            let destination: Destination = try world.existing(destinationName, author)
            try world.requireUse(of: destination, author)
            edited.destinationID = destination.id
        }
        if let templateName = dataTemplate {
            let destination: Destination = try world.used(edited.destinationID)
            edited.dataTemplateID = try world.existingTemplate(
                templateName, of: destination, author
            ).id
        } else if edited.destinationID != former.id {
            throw try world.noTemplate(for: edited, instead: former)
        }
        if edited == orchestration { return [] }
        world.save(edited)
        return [Event(.orchestrationEdited, edited, details: try world.details(of: edited))]
    }
}

struct DeleteOrchestration: CommandOnNamed {
    static let definition = CommandDefinition(
        "delete_orchestration", on: .orchestration, ["name": .name], for: .orchestrate,
        "Delete an orchestration; its runs stay recorded.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try world.existing(name, author)
        try world.requireUse(of: try world.used(orchestration.destinationID), author)
        try world.requireUnused(orchestration, isBeingUsedBy: { "\($0) of it has not ended" })
        try world.requireUngrouped(orchestration)
        world.delete(orchestration)
        return [Event(.orchestrationDeleted, orchestration)]
    }
}

extension World {
    /// Rejects a destination that would overwrite the tables that are sent there, as far as names
    /// show; a run checks the databases themselves before it publishes.
    fileprivate func requireElsewhere(
        _ destination: Destination, than version: Version
    ) throws(Refusal) {
        guard destination.sandbox == nil, destination.destinationKind == "postgres",
            case .tables(let tables) = version.tables
        else { return }
        let database: Database = try used(version.databaseID)
        let table = tables.first { table in
            let place = DestinationPlace(
                kind: destination.destinationKind,
                settings: [
                    "credential": .string(database.credential), "schema": .string(table.schema),
                ])
            return place.isSame(as: destination.place)
        }
        guard let table else { return }
        throw .because(
            .invalidChoice,
            "destination \(quoted(destination.name)) would overwrite the exported table "
                + "\"\(shown(table.canonical))\": it has the credential of database "
                + "\(quoted(database.name)) and the schema of that table",
            hint: "choose a destination with another schema, or another database")
    }

    fileprivate func noTemplate(
        for orchestration: Orchestration, instead former: Destination
    ) throws(Refusal) -> Refusal {
        let template: DataTemplate = try used(orchestration.dataTemplateID)
        let destination: Destination = try used(orchestration.destinationID)
        return .because(
            .missingArgument,
            "edit_orchestration of \(quoted(orchestration.name)) needs the argument "
                + "\"data_template\": data template \(quoted(template.name)) belongs to "
                + "destination \(quoted(former.name))",
            hint: "name a data template of destination \(quoted(destination.name))")
    }

    func details(of orchestration: Orchestration) throws(Refusal) -> JSONValue {
        [
            "data_export": .string(
                try used(orchestration.dataExportID, as: DataExport.self).name),
            "destination": .string(
                try used(orchestration.destinationID, as: Destination.self).name),
            "data_template": .string(
                try used(orchestration.dataTemplateID, as: DataTemplate.self).name),
        ]
    }

    func isDraft(_ export: DataExport) -> Refusal {
        .because(
            .exportIsDraft, "\(quoted(export.name)) is a draft: activate it first",
            hint: "use activate_data_export")
    }
}
