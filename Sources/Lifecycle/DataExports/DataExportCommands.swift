import Values

extension CommandDefinition {
    static let dataExportCommands: [any Command.Type] = [
        CreateDataExport.self, EditDataExport.self, AddTables.self, RemoveTables.self,
        EditTable.self, SwitchDatabase.self, ActivateDataExport.self, RollBackDataExport.self,
        DiscardDraft.self, DeleteDataExport.self,
    ]
}

struct CreateDataExport: Command {
    static let definition = CommandDefinition(
        "create_data_export", on: .dataExport,
        ["name": .name, "database": .database.optional, "tables": .tables.optional],
        for: .configureDataExports, "Create a data export, as a draft.")

    let name: Name
    let database: Name?
    let tables: TableSelection?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.newDataExportName()
        database = try given.optionalName("database", of: .database)
        tables = try given.optionalTables("tables")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireFree(name, for: DataExport.self, author)
        var draft = Draft(openedBy: author.actor)
        if let databaseName = database {
            let database = try world.registered(databaseName, author)
            if let tables { try world.requireTables(tables, in: database) }
            draft.databaseID = database.id
            draft.choose(tables)
        } else if tables != nil {
            throw world.noDatabase(name.text, "choose tables for")
        }
        let export = DataExport(
            id: author.id, environment: author.environment, name: name.text, draft: draft,
            createdBy: author.actor)
        world.save(export)
        return [Event(.dataExportCreated, export)]
    }
}

struct ActivateDataExport: CommandOnNamed {
    static let definition = CommandDefinition(
        "activate_data_export", on: .dataExport, ["name": .name], for: .configureDataExports,
        "Make the draft of a data export its active version.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try world.existing(name, author)
        guard let draft = export.draft else { throw world.noDraft(export, to: "activate") }
        if draft.baseVersion != export.active?.number {
            let versions = [draft.baseVersion, export.active?.number].map { number in
                number.map { "v\($0)" } ?? "none"
            }
            throw .because(
                .versionChanged,
                "the active version changed since this draft was opened "
                    + "(\(versions.joined(separator: " → "))): discard it and edit again",
                hint: "discard_draft removes only the draft; the active version stays")
        }
        guard let databaseID = draft.databaseID else {
            throw world.noDatabase(export.name, "activate")
        }
        let database: Database = try world.used(databaseID)
        let action = "activate \(quoted(export.name))"
        try world.requireReach(
            draft.tables ?? .tables([]), draft.tableSettings, in: database, to: action, author)
        let tables = try world.requireReadable(draft.tables, in: database, to: action)
        try world.requireSettings(draft.tableSettings, tables, in: database, to: action)

        export.draft = nil
        let event = world.activate(
            Version(
                number: export.versionCount + 1, databaseID: databaseID, tables: tables,
                tableSettings: draft.tableSettings, activatedBy: author.actor),
            of: &export, .dataExportActivated, try world.catalog(of: database).role.warned(), author
        )
        return [event]
    }
}

/// An export that was never activated disappears with its draft.
struct DiscardDraft: CommandOnNamed {
    static let definition = CommandDefinition(
        "discard_draft", on: .dataExport, ["name": .name], for: .configureDataExports,
        "Discard the draft of a data export; the active version stays.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try world.existing(name, author)
        if export.draft == nil { throw world.noDraft(export, to: "discard") }
        if export.active == nil {
            world.delete(export)
            return [Event(.draftDiscarded, export), Event(.dataExportDeleted, export)]
        }
        export.draft = nil
        world.save(export)
        return [Event(.draftDiscarded, export)]
    }
}

struct DeleteDataExport: CommandOnNamed {
    static let definition = CommandDefinition(
        "delete_data_export", on: .dataExport, ["name": .name], for: .configureDataExports,
        "Delete a data export that no orchestration uses.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let export: DataExport = try world.existing(name, author)
        try world.requireUnused(export, isBeingUsedBy: { "\($0) is sending it" })
        world.delete(export)
        return [Event(.dataExportDeleted, export)]
    }
}

extension World {
    /// Makes a new version the active one.
    mutating func activate(
        _ version: Version, of export: inout DataExport, _ kind: EventKind,
        _ more: [String: JSONValue], _ author: Author
    ) -> Event {
        var details = more
        details["version"] = .int(Int64(version.number))
        if let replaced = export.active?.number { details["replaced"] = .int(Int64(replaced)) }
        export.versionCount = version.number
        export.active = version
        save(export)
        versions.append(SavedVersion(of: export, version, by: author))
        return Event(kind, export, details: .object(details))
    }

    fileprivate func noDraft(_ export: DataExport, to verb: String) -> Refusal {
        .because(
            .noDraft, "export \(quoted(export.name)) has no draft to \(verb)",
            hint: "edit_data_export opens a draft of the active version")
    }

    /// The chosen tables, if there are any and all of them can be read now.
    ///
    /// - Parameter action: The action in the rejection: `activate "X"`.
    func requireReadable(
        _ selection: TableSelection?, in database: Database, to action: String
    ) throws(Refusal) -> TableSelection {
        let cannot = "cannot \(action): "
        guard let selection, selection != .tables([]) else {
            throw .because(
                .noTablesChosen, cannot + "no tables chosen",
                hint: "choose tables with add_tables")
        }
        let catalog = try catalog(of: database)
        if selection == .all, catalog.tables.isEmpty {
            throw .because(
                .noTablesChosen, cannot + "database \(quoted(database.name)) has no tables",
                hint: "create its tables first, or switch_database")
        }
        let problems = TableProblems(of: selection, in: catalog)
        if problems.isEmpty { return selection }
        throw .because(
            .tablesMissing, cannot + problems.reasons.joined(separator: "; "),
            hint: problems.hint(quoted(database.name)))
    }
}
