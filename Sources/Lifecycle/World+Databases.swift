extension World {
    mutating func registerDatabase(
        _ name: Name, _ credential: String, _ author: Author
    ) throws(Refusal) -> [Event] {
        try requireFree(name, for: Database.self, author)
        try requireReach(ofCredential: credential, author)
        let database = Database(
            id: author.id, environment: author.environment, name: name.text,
            credential: credential, createdBy: author.actor)
        save(database)
        return [Event(.databaseRegistered, database)]
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
