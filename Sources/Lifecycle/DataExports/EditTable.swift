import Values

/// Sets what a data export sends of one table. Empty settings remove those of the table.
struct EditTable: Command {
    static let definition = CommandDefinition(
        "edit_table", on: .dataExport, ["name": .name, "table": .table, "settings": .settings],
        for: .configureDataExports,
        "Set a table's columns, row filter, masks and row limits (in the draft).")

    let name: Name
    let table: TableName
    let settings: TableSettings

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .dataExport)
        table = try given.table("table")
        let settings = try given.object("settings")
        do throws(InvalidTableSettings) {
            self.settings = try TableSettings(settings)
        } catch {
            throw Rejection(
                .invalidTableSettings,
                "settings of table \(quoted(table.canonical)): \(error.message)",
                hint: error.hint)
        }
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try world.existing(name, author)
        var (draft, events) = world.openedDraft(of: export, author)
        guard let databaseID = draft.databaseID else {
            throw world.noDatabase(export.name, "edit a table of")
        }
        switch draft.tables ?? .tables([]) {
        case .all:
            // Settings of a table that is gone can still be removed.
            if !settings.isEmpty {
                try world.requireTables(.tables([table]), in: try world.used(databaseID))
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
        world.save(export)
        events.append(
            Event(
                .tableEdited, export,
                details: ["table": .string(table.canonical), "settings": settings.json]))
        return events
    }
}

extension World {
    /// Checks that the source can apply the settings to its tables, now.
    ///
    /// - Parameter action: The action in the rejection: `activate "X"`.
    func requireSettings(
        _ settings: [TableName: TableSettings], _ tables: TableSelection,
        in database: Database, to action: String
    ) throws(Refusal) {
        if settings.isEmpty { return }
        let fact = Fact.tableSettings(
            databaseID: database.id, settings: settings, ofAll: tables == .all)
        switch facts[fact] {
        case .problems([]): return
        case .problems(let problems):
            throw .because(
                .invalidTableSettings,
                "cannot \(action): "
                    + problems.map(shown).joined(separator: "; "),
                hint: "correct the settings with edit_table; {} removes all settings of a table")
        case .failed(let reason): throw unavailable(database, reason)
        case .severalServers: throw severalServers(database.credential)
        default: throw .needs(fact)
        }
    }
}
