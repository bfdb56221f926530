import Values

/// An object of the configuration that has a definition without ids, times or actors.
///
/// The view `ferry.configuration` shows the same definitions.
protocol ConfiguredObject: StoredObject {
    /// The definition of the object, with other objects by name; nil for a data export that was
    /// never activated.
    func definition(in world: World) throws(Refusal) -> JSONValue?
}

extension Database: ConfiguredObject {
    func definition(in world: World) -> JSONValue? { ["credential": .string(credential)] }
}

extension DataExport: ConfiguredObject {
    func definition(in world: World) throws(Refusal) -> JSONValue? {
        guard let active else { return nil }
        let database: Database = try world.used(active.databaseID)
        var settings: [String: JSONValue] = [:]
        for (table, chosen) in active.tableSettings { settings[table.canonical] = chosen.json }
        return [
            "database": .string(database.name), "tables": active.tables.json,
            "table_settings": .object(settings),
        ]
    }
}

extension Destination: ConfiguredObject {
    func definition(in world: World) -> JSONValue? {
        [
            "kind": .string(destinationKind), "settings": settings,
            "administrators_only": .bool(administratorsOnly),
        ]
    }
}

extension DataTemplate: ConfiguredObject {
    func definition(in world: World) -> JSONValue? { ["settings": settings] }
}

extension Orchestration: ConfiguredObject {
    func definition(in world: World) throws(Refusal) -> JSONValue? {
        let export: DataExport = try world.used(dataExportID)
        let destination: Destination = try world.used(destinationID)
        let template: DataTemplate = try world.used(dataTemplateID)
        return [
            "data_export": .string(export.name), "destination": .string(destination.name),
            "data_template": .string(template.name),
        ]
    }
}
