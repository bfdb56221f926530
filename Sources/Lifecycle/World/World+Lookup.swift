import Values

// Looking up objects by name, with an error if they do not exist.
extension World {
    func find<Object: StoredObject>(
        _ name: Name, scope: Int64 = 0, _ author: Author, as type: Object.Type = Object.self
    ) -> Object? {
        let table = self[keyPath: Object.table]
        guard let id = table.id(name.key, scope: scope, environment: author.environment) else {
            return nil
        }
        return table[id]
    }

    func existing<Object: StoredObject>(
        _ name: Name, _ author: Author, as type: Object.Type = Object.self
    ) throws(Refusal) -> Object {
        if let object: Object = find(name, author) { return object }
        throw .because(
            .notFound, "\(Object.kind.word) \(quoted(name.text)) does not exist",
            hint: "list all: select name from \(Object.kind.view)")
    }

    func existingTemplate(
        _ name: Name, of destination: Destination, _ author: Author
    ) throws(Refusal) -> DataTemplate {
        if let template: DataTemplate = find(name, scope: destination.id, author) {
            return template
        }
        throw .because(
            .notFound,
            "destination \(quoted(destination.name)) has no data template \(quoted(name.text))",
            hint: "list all: select * from \(ObjectKind.dataTemplate.view)")
    }

    func existingRun(_ id: Int64, _ author: Author) throws(Refusal) -> Run {
        if let run = run(id: id), run.environment == author.environment { return run }
        throw .because(
            .notFound, "run \(id) does not exist",
            hint: "list all: select id, state from \(ObjectKind.run.view)")
    }

    /// An object that another one uses, which must have been loaded with it.
    func used<Object: StoredObject>(
        _ id: Int64, as type: Object.Type = Object.self
    ) throws(Refusal) -> Object {
        if let object = self[keyPath: Object.table][id] { return object }
        throw .because(
            .notFound, "\(Object.kind.word) \(id) does not exist",
            hint: "list all: select name from \(Object.kind.view)")
    }

    /// - Throws: ``RejectionCode/nameInUse`` when an object of the kind has that name.
    func requireFree<Object: StoredObject>(
        _ name: Name, for type: Object.Type, _ author: Author
    ) throws(Refusal) {
        guard let object: Object = find(name, author) else { return }
        var notes: [String] = []
        if let export = object as? DataExport { notes.append(export.stateWord) }
        if object.name != name.text { notes.append("as \(quoted(object.name))") }
        let note = notes.isEmpty ? "" : " (" + notes.joined(separator: ", ") + ")"
        throw .because(
            .nameInUse,
            "\(Object.kind.word) name \(quoted(name.text)) is already in use\(note)",
            hint: "choose another name; names are case-insensitive")
    }

    /// A registered database by name.
    func registered(_ name: Name, _ author: Author) throws(Refusal) -> Database {
        if let database: Database = find(name, author) { return database }
        let fact = Fact.registeredDatabases(environment: author.environment)
        guard case .names(let loaded) = facts[fact] else { throw .needs(fact) }

        let here = databases.byID.values.filter { $0.environment == author.environment }
        let gone = Set(databases.deletedNames(in: author.environment))
        let names = Set(loaded).subtracting(gone).union(here.map(\.name))
        let message = "database \(quoted(name.text)) is not registered; "
        throw .because(
            .databaseNotRegistered,
            message
                + (names.isEmpty
                    ? "none is" : "registered databases: " + listed(names.map(quoted))),
            hint: "register it first with register_database, or choose a registered one")
    }

    /// The tables of a database now.
    func catalog(of database: Database) throws(Refusal) -> Catalog {
        let fact = Fact.catalog(databaseID: database.id)
        switch facts[fact] {
        case .catalog(let catalog): return catalog
        case .failed(let reason): throw unavailable(database, reason)
        case .severalServers: throw severalServers(database.credential)
        default: throw .needs(fact)
        }
    }

    func severalServers(_ credential: String) -> Refusal {
        .because(
            .databaseUnavailable,
            "credential \(quoted(credential)) connects to several servers, but all tables of a run "
                + "must be read from one snapshot of one server",
            hint: "use a connection string of one server, without a pooler or host name that "
                + "distributes connections; then resend the command")
    }

    func unavailable(_ database: Database, _ reason: String) -> Refusal {
        .because(
            .databaseUnavailable,
            "cannot look up the tables of database \(quoted(database.name)): \(shown(reason))",
            hint: "check that its connection works, then resend the command")
    }
}
