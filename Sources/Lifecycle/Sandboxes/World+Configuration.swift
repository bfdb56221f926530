// The configuration of an environment.
extension World {
    /// The whole configuration of an environment, which must be loaded completely.
    ///
    /// Objects that refer to one that is not loaded are omitted.
    public func configuration(of environment: String) -> ConfigurationSnapshot {
        var objects: [ObjectDefinition] = []
        func add<Object: ConfiguredObject>(
            _ table: ObjectTable<Object>, in destination: (Object) -> String? = { _ in nil }
        ) {
            for object in table.byID.values where object.environment == environment {
                guard let definition = try? object.definition(in: self) else { continue }
                objects.append(
                    ObjectDefinition(
                        Object.kind, object.name, destination: destination(object), definition))
            }
        }
        add(databases)
        add(destinations)
        add(dataTemplates) { self.destinations[$0.destinationID]?.name }
        add(dataExports)
        add(orchestrations)
        add(orchestrationGroups)
        return ConfigurationSnapshot(objects)
    }
}
