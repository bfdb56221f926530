// Creating, activating, discarding and deleting data exports.
extension World {
    mutating func createDataExport(
        _ name: Name, _ databaseName: Name?, _ tables: TableSelection?, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireFree(name, for: DataExport.self, author)
        var draft = Draft(openedBy: author.actor)
        if let databaseName {
            let database = try registered(databaseName, author)
            if let tables { try requireTables(tables, in: database) }
            draft.databaseID = database.id
            draft.choose(tables)
        } else if tables != nil {
            throw noDatabase(name.text, "choose tables for")
        }
        let export = DataExport(
            id: author.id, environment: author.environment, name: name.text, draft: draft,
            createdBy: author.actor)
        save(export)
        return [Event(.dataExportCreated, export)]
    }

    mutating func activateDataExport(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try existing(name, author)
        guard let draft = export.draft else { throw noDraft(export, to: "activate") }
        if draft.baseVersion != export.active?.number {
            let versions = [draft.baseVersion, export.active?.number].map { number in
                number.map { "v\($0)" } ?? "none"
            }
            throw .because(
                .versionChanged,
                "the active version changed since this draft was opened "
                    + "(\(versions.joined(separator: " → "))): discard it and edit again",
                hint: "discard_draft drops the draft alone; the active version stays")
        }
        guard let databaseID = draft.databaseID else { throw noDatabase(export.name, "activate") }
        let database: Database = try used(databaseID)
        let deed = "activate \(quoted(export.name))"
        try requireReach(
            draft.tables ?? .tables([]), draft.tableSettings, in: database, to: deed, author)
        let tables = try requireReadable(draft.tables, in: database, to: deed)
        try requireSettings(draft.tableSettings, tables, in: database, to: deed)

        export.draft = nil
        let event = activate(
            Version(
                number: export.versionCount + 1, databaseID: databaseID, tables: tables,
                tableSettings: draft.tableSettings, activatedBy: author.actor),
            of: &export, .dataExportActivated, try catalog(of: database).role.warned(), author)
        return [event]
    }

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

    mutating func discardDraft(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try existing(name, author)
        if export.draft == nil { throw noDraft(export, to: "discard") }
        if export.active == nil {
            delete(export)
            return [Event(.draftDiscarded, export), Event(.dataExportDeleted, export)]
        }
        export.draft = nil
        save(export)
        return [Event(.draftDiscarded, export)]
    }

    mutating func deleteDataExport(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let export: DataExport = try existing(name, author)
        try requireUnused(export, isBeingUsedBy: { "\($0) is sending it" })
        delete(export)
        return [Event(.dataExportDeleted, export)]
    }

    private func noDraft(_ export: DataExport, to verb: String) -> Refusal {
        .because(
            .noDraft, "export \(quoted(export.name)) has no draft to \(verb)",
            hint: "its active version runs as it is; edit_data_export opens a draft")
    }

    /// The chosen tables, if there is one and all of them can be read now.
    ///
    /// - Parameter deed: What is refused otherwise: `activate "X"`.
    func requireReadable(
        _ selection: TableSelection?, in database: Database, to deed: String
    ) throws(Refusal) -> TableSelection {
        let cannot = "cannot \(deed): "
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
