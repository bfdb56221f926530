import Values

// The commands about orchestration groups.
extension ConfigurationChange {
    static func creatingGroup(_ group: DefinedObject) -> [PlannedCommand] {
        let create = "create_orchestration_group"
        if isEnabled(group) { return [command(create, group, chosen(group))] }
        // Until it is disabled, nothing must trigger it.
        let disabled = [
            command(
                create, group, chosen(group, ["orchestrations"]).merging(["manual": true]) { $1 }),
            command("disable_orchestration_group", group),
        ]
        return disabled + (group.definition["manual"] == true ? [] : [editing(group)])
    }

    static func updatingGroup(
        _ old: DefinedObject, _ new: DefinedObject
    ) -> [PlannedCommand] {
        let edit = chosen(old) == chosen(new) ? [] : [editing(new)]
        switch (isEnabled(old), isEnabled(new)) {
        case (true, false): return [command("disable_orchestration_group", new)] + edit
        case (false, true): return edit + [command("enable_orchestration_group", new)]
        default: return edit
        }
    }

    /// All arguments, as the time zone of a former schedule would stay otherwise.
    private static func editing(_ group: DefinedObject) -> PlannedCommand {
        command("edit_orchestration_group", group, chosen(group))
    }

    private static func isEnabled(_ group: DefinedObject) -> Bool {
        group.definition["enabled"] == true
    }

    /// The arguments that say which orchestrations run, and when.
    private static func chosen(
        _ group: DefinedObject, _ keys: [String]? = nil
    ) -> [String: JSONValue] {
        group.definition.filter { key, _ in keys?.contains(key) ?? (key != "enabled") }
    }

    private static func command(
        _ name: String, _ group: DefinedObject, _ arguments: [String: JSONValue] = [:]
    ) -> PlannedCommand {
        PlannedCommand(name, arguments.merging(["name": .string(group.name)]) { $1 })
    }
}
