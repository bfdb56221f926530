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
        "Register a source database. Its credential is one of the workers' credentials.")

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

/// The new credential need not work: the next reader of the database finds out.
struct EditDatabase: Command {
    static let definition = CommandDefinition(
        "edit_database", on: .database, ["name": .name, "credential": .credential],
        for: .configureDatabases, "Change the credential of a source database.")

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
    /// The details of an event, with a warning if the role of this credential has excessive rights.
    ///
    /// A database that is unavailable now is registered anyway: its first reader checks again. One
    /// whose credential connects to several servers is rejected: no run could read it.
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

    /// The role that reads a database, if it is known from its tables, or from those of another
    /// database with the same credential. Facts that were looked up for this command take
    /// precedence over older ones.
    func knownRole(of database: Database) -> SourceRole? {
        let ids = databases.byID.values.filter { $0.credential == database.credential }
            .map(\.id).sorted()
        let lookups = ids.map(Fact.currentCatalog) + ids.map(Fact.catalog)
        for fact in lookups {
            if case .catalog(let catalog)? = facts[fact] { return catalog.role }
        }
        return nil
    }

    /// Facts about another credential do not apply to this one.
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
