import Values

extension DataTemplateSettings {
    /// The names of tables as a target has them: those of the source, without their schemas.
    /// ``numbered(_:_:)`` makes of each the names of its parts, `orders`, `orders~2`. (No table has
    /// such a name: a `~` of its own is encoded.)
    ///
    /// - Throws: ``FileNameError`` when two tables would go into one.
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
