// Changing databases, destinations, data templates and orchestrations that are there. What is given
// replaces what was; runs keep what they were started with.
extension World {
    /// The new credential need not work: what reads the database next tells whether it does.
    mutating func editDatabase(
        _ name: Name, _ credential: String, _ author: Author
    ) throws(Refusal) -> [Event] {
        var database: Database = try existing(name, author)
        if database.credential == credential { return [] }
        try requireReach(ofNewCredential: credential, author)
        let details = try warned(["credential": .string(credential)], of: credential)
        database.credential = credential
        save(database)
        forgetTables(of: database)
        return [Event(.databaseEdited, database, details: .object(details))]
    }

    /// Tested when its settings change, as a new one is. Data templates depend on its kind alone,
    /// so they go on fitting it.
    mutating func editDestination(
        _ name: Name, _ kind: String?, _ settings: JSONValue?, _ administratorsOnly: Bool?,
        _ author: Author
    ) throws(Refusal) -> [Event] {
        var destination: Destination = try existing(name, author)
        try requireUse(of: destination, author)
        if let kind, kind != destination.destinationKind {
            throw .because(
                .kindIsFixed,
                "destination \(quoted(destination.name)) is of kind "
                    + "\(destination.destinationKind), which cannot be changed to \(kind)",
                hint: "create another destination of that kind, and let orchestrations use it "
                    + "with edit_orchestration")
        }
        var changed: [JSONValue] = []
        if let settings, settings != destination.settings {
            let former = destination
            destination.settings = settings
            try requirePlace(of: destination, instead: former, author)
            try requirePassedTest(toSave: destination)
            changed.append("settings")
        }
        if let administratorsOnly, administratorsOnly != destination.administratorsOnly {
            destination.administratorsOnly = administratorsOnly
            changed.append("administrators_only")
        }
        if changed.isEmpty { return [] }
        save(destination)
        return [Event(.destinationEdited, destination, details: ["changed": .array(changed)])]
    }

    mutating func editDataTemplate(
        _ destinationName: Name, _ name: Name, _ settings: JSONValue, _ author: Author
    ) throws(Refusal) -> [Event] {
        let destination: Destination = try existing(destinationName, author)
        try requireUse(of: destination, author)
        var template = try existingTemplate(name, of: destination, author)
        if template.settings == settings { return [] }
        template.settings = settings
        try requireValidSettings(toSave: template, of: destination)
        save(template)
        return [
            Event(
                .dataTemplateEdited, template, details: ["destination": .string(destination.name)])
        ]
    }

    mutating func editOrchestration(
        _ name: Name, _ exportName: Name?, _ destinationName: Name?, _ templateName: Name?,
        _ author: Author
    ) throws(Refusal) -> [Event] {
        let orchestration: Orchestration = try existing(name, author)
        let former: Destination = try used(orchestration.destinationID)
        try requireUse(of: former, author)
        var edited = orchestration
        if let exportName {
            let export: DataExport = try existing(exportName, author)
            if export.active == nil { throw isDraft(export) }
            edited.dataExportID = export.id
        }
        if let destinationName {
            let destination: Destination = try existing(destinationName, author)
            try requireUse(of: destination, author)
            edited.destinationID = destination.id
        }
        if let templateName {
            let destination: Destination = try used(edited.destinationID)
            edited.dataTemplateID = try existingTemplate(templateName, of: destination, author).id
        } else if edited.destinationID != former.id {
            throw try noTemplate(for: edited, instead: former)
        }
        if edited == orchestration { return [] }
        save(edited)
        return [Event(.orchestrationEdited, edited, details: try details(of: edited))]
    }

    private func noTemplate(
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
            hint: "mend the cause or the settings, then send the command again")
    }

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
            hint: "correct its settings, then send the command again")
    }

    /// What was found out under another credential says nothing of this one.
    mutating func forgetTables(of database: Database) {
        facts = facts.filter { fact, _ in
            switch fact {
            case .catalog(database.id), .currentCatalog(database.id),
                .tableSettings(database.id, _, _):
                false
            default: true
            }
        }
    }
}
