import Values

/// Without `database` and `tables` it only opens the draft.
struct EditDataExport: Command {
    static let definition = CommandDefinition(
        "edit_data_export", on: .dataExport,
        ["name": .name, "database": .database.optional, "tables": .tables.optional],
        for: .configureDataExports,
        "Open a draft of a data export, or change it.")

    let name: Name
    let database: Name?
    let tables: TableSelection?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .dataExport)
        database = try given.optionalName("database", of: .database)
        tables = try given.optionalTables("tables")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.choose(database, tables, for: name, .dataExportEdited, author)
    }
}

/// Without `tables`, those of the former database are dropped.
struct SwitchDatabase: Command {
    static let definition = CommandDefinition(
        "switch_database", on: .dataExport,
        ["name": .name, "database": .database, "tables": .tables.optional],
        for: .configureDataExports,
        "Switch the draft of a data export to another database and its tables.")

    let name: Name
    let database: Name
    let tables: TableSelection?

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .dataExport)
        database = try given.name("database", of: .database)
        tables = try given.optionalTables("tables")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.choose(database, tables, for: name, .databaseSwitched, author)
    }
}

/// Tables that are already chosen stay; if all are, nothing changes.
struct AddTables: Command {
    static let definition = CommandDefinition(
        "add_tables", on: .dataExport, ["name": .name, "tables": .tables],
        for: .configureDataExports, "Add tables to the draft of a data export.")

    let name: Name
    let tables: TableSelection

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .dataExport)
        tables = try given.tables("tables")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try world.existing(name, author)
        var (draft, events) = world.openedDraft(of: export, author)
        guard let databaseID = draft.databaseID else {
            throw world.noDatabase(export.name, "choose tables for")
        }
        let before = draft.tables ?? .tables([])
        let after = before.adding(tables)
        try world.requireTables(tables, in: try world.used(databaseID))
        if after == before { return [] }

        draft.choose(after)
        export.draft = draft
        world.save(export)
        let added = before.missing(from: after)
        events.append(Event(.tablesAdded, export, details: ["tables": added.json]))
        return events
    }
}

struct RemoveTables: Command {
    static let definition = CommandDefinition(
        "remove_tables", on: .dataExport, ["name": .name, "tables": .tables],
        for: .configureDataExports, "Remove tables from the draft of a data export.")

    let name: Name
    let tables: TableSelection

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .dataExport)
        tables = try given.tables("tables")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var export: DataExport = try world.existing(name, author)
        var (draft, events) = world.openedDraft(of: export, author)
        let before = draft.tables ?? .tables([])
        switch (before, tables) {
        case (_, .all):
            if before == .tables([]) { return [] }
            draft.choose(.tables([]))
        case (.all, .tables(let removed)):
            throw .because(
                .allTablesChosen,
                "cannot remove \(described(removed)) from \(quoted(export.name)): "
                    + "it exports all tables of its database",
                hint: "name the tables to keep: edit_data_export with tables")
        case (.tables(let present), .tables(let removed)):
            let known = Set(present)
            let absent = removed.filter { !known.contains($0) }
            if !absent.isEmpty {
                throw .because(
                    .tableNotInExport,
                    "\(described(absent)) \(absent.count == 1 ? "is" : "are") "
                        + "not in export \(quoted(export.name))",
                    hint: "see its tables: select name, tables from ferry.data_exports")
            }
            let gone = Set(removed)
            draft.choose(.tables(present.filter { !gone.contains($0) }))
        }
        export.draft = draft
        world.save(export)
        events.append(Event(.tablesRemoved, export, details: ["tables": tables.json]))
        return events
    }
}

extension World {
    /// Chooses database, tables or both in the draft. `switch_database` that changes nothing
    /// leaves an active export without a draft; `edit_data_export` always opens one.
    fileprivate mutating func choose(
        _ databaseName: Name?, _ tables: TableSelection?, for name: Name, _ kind: EventKind,
        _ author: Author
    ) throws(Refusal) -> [Event] {
        var export: DataExport = try existing(name, author)
        var (draft, events) = openedDraft(of: export, author)
        let before = draft
        if let databaseName {
            let database = try registered(databaseName, author)
            // A selection from the former database is meaningless in the new one.
            if draft.databaseID != database.id { draft.choose(nil) }
            draft.databaseID = database.id
        }
        if let tables {
            guard let databaseID = draft.databaseID else {
                throw noDatabase(export.name, "choose tables for")
            }
            try requireTables(tables, in: try used(databaseID))
            draft.choose(tables)
        }
        if draft == before && kind == .databaseSwitched { return [] }
        if draft == before && events.isEmpty { return [] }

        export.draft = draft
        save(export)
        if draft != before {
            events.append(Event(kind, export, details: try details(of: draft)))
        }
        return events
    }

    /// The draft, or a copy of the active version and the event of opening it.
    func openedDraft(of export: DataExport, _ author: Author) -> (Draft, [Event]) {
        if let draft = export.draft { return (draft, []) }
        let draft = Draft(
            databaseID: export.active?.databaseID, tables: export.active?.tables,
            tableSettings: export.active?.tableSettings ?? [:], baseVersion: export.active?.number,
            openedBy: author.actor)
        let version = export.active.map { JSONValue.int(Int64($0.number)) } ?? .null
        return (draft, [Event(.draftOpened, export, details: ["version": version])])
    }

    fileprivate func details(of draft: Draft) throws(Refusal) -> JSONValue {
        var details: [String: JSONValue] = [:]
        if let id = draft.databaseID {
            details["database"] = .string(try used(id, as: Database.self).name)
        }
        if let tables = draft.tables { details["tables"] = tables.json }
        return .object(details)
    }

    /// - Throws: ``RejectionCode/tableNotInDatabase`` naming the missing ones.
    func requireTables(_ selection: TableSelection, in database: Database) throws(Refusal) {
        guard case .tables = selection else { return }
        let problems = TableProblems(of: selection, in: try catalog(of: database))
        let absent = problems.missing
        if !absent.isEmpty {
            throw .because(
                .tableNotInDatabase,
                "\(described(absent)) \(absent.count == 1 ? "is" : "are") "
                    + "not in database \(quoted(database.name))",
                hint: "write schema.table as the database shows it; the default schema is public")
        }
        if let other = problems.others.first {
            throw .because(
                .tableNotInDatabase,
                "\(quoted(other.name.canonical)) in database \(quoted(database.name)) is "
                    + "\(other.kind), not a table",
                hint: "only tables can be sent: choose the tables behind it")
        }
    }

    func noDatabase(_ name: String, _ verb: String) -> Refusal {
        .because(
            .noDatabaseChosen, "cannot \(verb) \(quoted(name)): no database chosen",
            hint: "choose one with the argument database, or with switch_database")
    }
}

extension TableSelection {
    fileprivate func adding(_ other: TableSelection) -> TableSelection {
        guard case .tables(let present) = self, case .tables(let added) = other else { return .all }
        return TableSelection(present + added)
    }

    /// The part of `after` that is not in this selection.
    fileprivate func missing(from after: TableSelection) -> TableSelection {
        guard case .tables(let before) = self, case .tables(let tables) = after else {
            return after
        }
        let present = Set(before)
        return .tables(tables.filter { !present.contains($0) })
    }
}

/// `table "t"`, or `tables a, b`.
func described(_ tables: [TableName]) -> String {
    if tables.count == 1 { return "table " + quoted(tables[0].canonical) }
    return "tables " + listed(tables)
}

/// At most ten of `tables`, with commas.
func listed(_ tables: [TableName]) -> String {
    listed(tables.sorted().map { shown($0.canonical) })
}
