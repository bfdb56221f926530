// What of each table a data export sends.
extension World {
    mutating func editTable(
        _ name: Name, _ table: TableName, _ settings: TableSettings, _ author: Author
    ) throws(Refusal) -> [Event] {
        var export: DataExport = try existing(name, author)
        var (draft, events) = openedDraft(of: export, author)
        guard let databaseID = draft.databaseID else {
            throw noDatabase(export.name, "edit a table of")
        }
        switch draft.tables ?? .tables([]) {
        case .all:
            // Settings of a table that is gone can still be removed.
            if !settings.isEmpty {
                try requireTables(.tables([table]), in: try used(databaseID))
            }
        case .tables(let chosen):
            if !chosen.contains(table) {
                throw .because(
                    .tableNotInExport,
                    "\(described([table])) is not in export \(quoted(export.name))",
                    hint: "add it first with add_tables")
            }
        }
        let new = settings.isEmpty ? nil : settings
        if draft.tableSettings[table] == new { return [] }

        draft.tableSettings[table] = new
        export.draft = draft
        save(export)
        events.append(
            Event(
                .tableEdited, export,
                details: ["table": .string(table.canonical), "settings": settings.json]))
        return events
    }

    /// That the source can do what the draft says of its tables, now.
    func requireSettings(
        _ draft: Draft, in database: Database, toActivate export: DataExport
    ) throws(Refusal) {
        if draft.tableSettings.isEmpty { return }
        let fact = Fact.tableSettings(
            databaseID: database.id, settings: draft.tableSettings, ofAll: draft.tables == .all)
        switch facts[fact] {
        case .problems([]): return
        case .problems(let problems):
            throw .because(
                .invalidTableSettings,
                "cannot activate \(quoted(export.name)): "
                    + problems.map(shown).joined(separator: "; "),
                hint: "correct the settings with edit_table; {} removes those of a table")
        case .failed(let reason): throw unavailable(database, reason)
        default: throw .needs(fact)
        }
    }
}
