import Values

extension CommandDefinition {
    static let databaseCommands: [any Command.Type] = [
        RegisterDatabase.self, EditDatabase.self, UnregisterDatabase.self,
    ]
}

struct RegisterDatabase: Command {
    static let definition = CommandDefinition(
        "register_database", on: .database, ["name": .name, "credential": .credential],
        for: .configureDatabases,
        "Register a source database. The credential is one of the workers.")

    let name: Name
    let credential: String

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .database)
        credential = try given.credential(of: "database \(quoted(name.text))")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        try world.requireFree(name, for: Database.self, author)
        try world.requireReach(ofCredential: credential, author)
        let details = try world.warned([:], of: credential)
        let database = Database(
            id: author.id, environment: author.environment, name: name.text,
            credential: credential, createdBy: author.actor)
        world.save(database)
        return [
            Event(.databaseRegistered, database, details: details.isEmpty ? nil : .object(details))
        ]
    }
}

/// The new credential need not work: what reads the database next finds out whether it does.
struct EditDatabase: Command {
    static let definition = CommandDefinition(
        "edit_database", on: .database, ["name": .name, "credential": .credential],
        for: .configureDatabases, "Read a source database with another credential.")

    let name: Name
    let credential: String

    init(_ given: Arguments) throws(Rejection) {
        name = try given.name("name", of: .database)
        credential = try given.credential(of: "database \(quoted(name.text))")
    }

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        var database: Database = try world.existing(name, author)
        if database.credential == credential { return [] }
        try world.requireReach(ofNewCredential: credential, author)
        let details = try world.warned(["credential": .string(credential)], of: credential)
        database.credential = credential
        world.save(database)
        world.forgetTables(of: database)
        return [Event(.databaseEdited, database, details: .object(details))]
    }
}

struct UnregisterDatabase: CommandOnNamed {
    static let definition = CommandDefinition(
        "unregister_database", on: .database, ["name": .name], for: .configureDatabases,
        "Remove a source database that no data export uses.")

    let name: Name

    func apply(to world: inout World, _ author: Author) throws(Refusal) -> [Event] {
        let database: Database = try world.existing(name, author)
        let exports = world.users(of: .database, database.id, as: DataExport.self)
        if !exports.isEmpty {
            throw .because(
                .inUse,
                "cannot unregister \(quoted(database.name)): "
                    + "used by \(counted("export", exports.map(\.name)))",
                hint: "switch those exports to another database and activate them, "
                    + "or delete them first")
        }
        world.delete(database)
        return [Event(.databaseUnregistered, database)]
    }
}

extension World {
    /// The details of an event, with a warning where the role of this credential may do too much.
    ///
    /// A database that cannot be asked now is registered all the same: what reads it first looks
    /// again. One whose credential leads to several servers is rejected: no run could read it.
    func warned(
        _ details: [String: JSONValue], of credential: String
    ) throws(Refusal) -> [String: JSONValue] {
        let fact = Fact.sourceRole(credential: credential)
        switch facts[fact] {
        case .sourceRole(let role): return role.warned(details)
        case .failed: return details
        case .severalServers: throw severalServers(credential)
        default: throw .needs(fact)
        }
    }

    /// What a database is read as, where that is known because its tables are, or those of another
    /// database of its credential. What was looked up for this command prevails over what was
    /// known before it.
    func knownRole(of database: Database) -> SourceRole? {
        let ids = databases.byID.values.filter { $0.credential == database.credential }
            .map(\.id).sorted()
        let lookups = ids.map(Fact.currentCatalog) + ids.map(Fact.catalog)
        for fact in lookups {
            if case .catalog(let catalog)? = facts[fact] { return catalog.role }
        }
        return nil
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
