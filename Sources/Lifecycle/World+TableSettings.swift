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

    /// That the source can do what the settings say of its tables, now.
    ///
    /// - Parameter deed: What is refused otherwise: `activate "X"`.
    func requireSettings(
        _ settings: [TableName: TableSettings], _ tables: TableSelection,
        in database: Database, to deed: String
    ) throws(Refusal) {
        if settings.isEmpty { return }
        let fact = Fact.tableSettings(
            databaseID: database.id, settings: settings, ofAll: tables == .all)
        switch facts[fact] {
        case .problems([]): return
        case .problems(let problems):
            throw .because(
                .invalidTableSettings,
                "cannot \(deed): "
                    + problems.map(shown).joined(separator: "; "),
                hint: "correct the settings with edit_table; {} removes those of a table")
        case .failed(let reason): throw unavailable(database, reason)
        case .severalServers: throw severalServers(database.credential)
        default: throw .needs(fact)
        }
    }
}
