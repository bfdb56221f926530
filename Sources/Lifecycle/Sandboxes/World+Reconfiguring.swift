import Values

// Changing the objects of an environment to match their definitions.
extension World {
    /// Applies the target definitions: first objects that others refer to; removals last.
    ///
    /// Not atomic: after a refusal some changes remain, so call it on a copy of the world.
    ///
    /// - Parameters:
    ///   - author: Acts in the environment whose objects they are.
    ///   - ids: One for each new object.
    ///   - note: Added to the details of each event.
    mutating func reconfigure(
        _ targets: [ConfigurationTarget], _ author: Author, ids: [Int64],
        note: [String: JSONValue] = [:]
    ) throws(Refusal) -> [Event] {
        var events: [Event] = []
        var ids = ids[...]
        let made = targets.sorted { $0.key < $1.key }.compactMap(\.object)
        for object in try groupsInOrder(made) { events += try make(object, author, &ids) }
        for target in removalsInOrder(targets, author) {
            events += try remove(target, author)
        }
        for index in events.indices { events[index].add(note) }
        return events
    }

    /// How many of these objects do not exist yet.
    func countNew(_ targets: [ConfigurationTarget], in environment: String) -> Int {
        targets.count { target in
            guard let object = target.object else { return false }
            guard object.kind == .dataExport else { return target.replaced == nil }
            // A draft may have taken the name.
            return dataExports.id(target.key.name, environment: environment) == nil
        }
    }

    private mutating func make(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        switch object.kind {
        case .database: try makeDatabase(object, author, &ids)
        case .destination: try makeDestination(object, author, &ids)
        case .dataTemplate: try makeDataTemplate(object, author, &ids)
        case .dataExport: try makeDataExport(object, author, &ids)
        case .orchestrationGroup: try makeGroup(object, author, &ids)
        default: try makeOrchestration(object, author, &ids)
        }
    }

    private mutating func makeDatabase(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        let old: Database? = present(object.key, author)
        let new = Database(
            id: old?.id ?? ids.popFirst() ?? author.id, environment: author.environment,
            name: old?.name ?? object.name,
            credential: try DefinitionReader(of: object).string("credential"),
            createdBy: old?.createdBy ?? author.actor)
        save(new)
        forgetTables(of: new)
        return [Event(old == nil ? .databaseRegistered : .databaseEdited, new)]
    }

    private mutating func makeDestination(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        let old: Destination? = present(object.key, author)
        let definition = DefinitionReader(of: object)
        let new = Destination(
            id: old?.id ?? ids.popFirst() ?? author.id, environment: author.environment,
            name: old?.name ?? object.name, kind: try definition.string("kind"),
            settings: try definition.json("settings"),
            administratorsOnly: try definition.boolean("administrators_only"),
            createdBy: old?.createdBy ?? author.actor)
        save(new)
        return [Event(old == nil ? .destinationCreated : .destinationEdited, new)]
    }

    private mutating func makeDataTemplate(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        let destination: Destination = try referred(object.destination ?? "", by: object, author)
        let old: DataTemplate? = present(object.key, scope: destination.id, author)
        let new = DataTemplate(
            id: old?.id ?? ids.popFirst() ?? author.id, environment: author.environment,
            destinationID: destination.id, name: old?.name ?? object.name,
            settings: try DefinitionReader(of: object).json("settings"),
            createdBy: old?.createdBy ?? author.actor)
        save(new)
        return [
            Event(
                old == nil ? .dataTemplateCreated : .dataTemplateEdited, new,
                details: ["destination": .string(destination.name)])
        ]
    }

    /// A new active version. A draft stays next to it, and is then out of date.
    private mutating func makeDataExport(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        let definition = DefinitionReader(of: object)
        let database: Database = try referred(
            try definition.string("database"), by: object, author)
        let old: DataExport? = present(object.key, author)
        var export =
            old
            ?? DataExport(
                id: ids.popFirst() ?? author.id, environment: author.environment,
                name: object.name, createdBy: author.actor)
        let version = Version(
            number: export.versionCount + 1, databaseID: database.id,
            tables: try definition.tables(), tableSettings: try definition.tableSettings(),
            activatedBy: author.actor)
        let details = knownRole(of: database)?.warned() ?? [:]
        let activated = activate(version, of: &export, .dataExportActivated, details, author)
        return old == nil ? [Event(.dataExportCreated, export), activated] : [activated]
    }

    private mutating func makeOrchestration(
        _ object: ObjectDefinition, _ author: Author, _ ids: inout ArraySlice<Int64>
    ) throws(Refusal) -> [Event] {
        let definition = DefinitionReader(of: object)
        let export: DataExport = try referred(
            try definition.string("data_export"), by: object, author)
        let destination: Destination = try referred(
            try definition.string("destination"), by: object, author)
        let name = try definition.string("data_template")
        let key = ConfigurationKey(
            kind: .dataTemplate, destination: "", name: Name.key(of: name))
        guard let template: DataTemplate = present(key, scope: destination.id, author) else {
            throw missing(
                "data template \(quoted(name)) of \(quoted(destination.name))", for: object, author)
        }
        let old: Orchestration? = present(object.key, author)
        let new = Orchestration(
            id: old?.id ?? ids.popFirst() ?? author.id, environment: author.environment,
            name: old?.name ?? object.name, dataExportID: export.id,
            destinationID: destination.id, dataTemplateID: template.id,
            createdBy: old?.createdBy ?? author.actor)
        save(new)
        return [
            Event(
                old == nil ? .orchestrationAdded : .orchestrationEdited, new,
                details: [
                    "data_export": .string(export.name),
                    "destination": .string(destination.name),
                    "data_template": .string(template.name),
                ])
        ]
    }

    /// The object that has this key in the author's environment.
    func present<Object: StoredObject>(
        _ key: ConfigurationKey, scope: Int64 = 0, _ author: Author,
        as type: Object.Type = Object.self
    ) -> Object? {
        let table = self[keyPath: Object.table]
        return table.id(key.name, scope: scope, environment: author.environment)
            .flatMap { table[$0] }
    }

    func referred<Object: StoredObject>(
        _ name: String, by object: ObjectDefinition, _ author: Author
    ) throws(Refusal) -> Object {
        let key = ConfigurationKey(
            kind: Object.kind, destination: "", name: Name.key(of: name))
        if let found: Object = present(key, author) { return found }
        throw missing("\(Object.kind.word) \(quoted(name))", for: object, author)
    }

    private func missing(
        _ words: String, for object: ObjectDefinition, _ author: Author
    ) -> Refusal {
        .because(
            .referenceMissing,
            "\(object.words) uses \(words), which is not in \(quoted(author.environment))",
            hint: "create it there again, or remove \(object.words) first")
    }
}

extension Event {
    /// Adds to the details.
    fileprivate mutating func add(_ note: [String: JSONValue]) {
        if note.isEmpty { return }
        var all = note
        if case .object(let own)? = details { all.merge(own) { _, own in own } }
        details = .object(all)
    }
}
