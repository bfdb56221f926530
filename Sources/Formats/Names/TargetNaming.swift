import Values

extension DataTemplateSettings {
    /// The names of tables in a target: those of the source, without their schemas.
    /// ``numbered(_:_:)`` derives the names of their parts, `orders`, `orders~2`. (No table has
    /// such a name: a `~` of its own is encoded.)
    ///
    /// - Throws: ``FileNameError`` if two tables would fill one.
    func targetNames(for tables: [TableName]) throws(FileNameError) -> [String] {
        var owners: [String: TableName] = [:]
        var names: [String] = []
        for table in tables {
            let name = FileName.sanitised(table.name)
            if Self.isReserved(name) { throw .reserved(table, file: name) }
            if let owner = owners.updateValue(table, forKey: name) {
                throw owner == table
                    ? .collision(owner, table, file: name) : .oneTarget(owner, table)
            }
            names.append(name)
        }
        return names
    }
}
