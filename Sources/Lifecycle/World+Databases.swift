extension World {
    mutating func registerDatabase(
        _ name: Name, _ credential: String, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireFree(name, for: Database.self, author)
        try requireReach(ofCredential: credential, author)
        let details = try warned([:], of: credential)
        let database = Database(
            id: author.id, environment: author.environment, name: name.text,
            credential: credential, createdBy: author.actor)
        save(database)
        return [
            Event(.databaseRegistered, database, details: details.isEmpty ? nil : .object(details))
        ]
    }

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

    mutating func unregisterDatabase(_ name: Name, _ author: Author) throws(Refusal) -> [Event] {
        let database: Database = try existing(name, author)
        let exports = users(of: .database, database.id, as: DataExport.self)
        if !exports.isEmpty {
            throw .because(
                .inUse,
                "cannot unregister \(quoted(database.name)): "
                    + "used by \(counted("export", exports.map(\.name)))",
                hint: "switch those exports to another database and activate them, "
                    + "or delete them first")
        }
        delete(database)
        return [Event(.databaseUnregistered, database)]
    }
}

/// `export "A"`, or `exports "A", "B"`.
func counted(_ word: String, _ names: [String]) -> String {
    word + (names.count == 1 ? " " : "s ") + listed(names.map(quoted))
}
