public import Values

/// A command to send.
public struct PlannedCommand: Hashable, Sendable {
    public let command: String
    public let arguments: JSONValue

    init(_ command: String, _ arguments: [String: JSONValue?]) {
        self.command = command
        self.arguments = .object(arguments.compactMapValues { $0 })
    }
}

extension ConfigurationChange {
    /// The commands of the change, in order.
    public var commands: [PlannedCommand] {
        switch self {
        case .create(let object): Self.creating(object)
        case .update(let old, let new): Self.updating(old, new)
        case .delete(let object): Self.deleting(object)
        case .discard(let object): [Self.discarding(object)]
        }
    }

    /// The command that reverts a partial change; nil if the change is a single command.
    public var takingBack: PlannedCommand? {
        guard commands.count > 1 else { return nil }
        switch self {
        case _ where object.kind == .dataExport:
            return Self.discarding(object)
        case .create where object.kind == .orchestrationGroup:
            return PlannedCommand(
                "delete_orchestration_group", ["name": .string(object.name)])
        default: return nil
        }
    }

    private static func creating(_ object: DefinedObject) -> [PlannedCommand] {
        let name = JSONValue.string(object.name)
        let definition = object.definition
        switch object.kind {
        case .database:
            return [
                PlannedCommand(
                    "register_database",
                    ["name": name, "credential": definition["credential"]])
            ]
        case .destination:
            return [
                PlannedCommand(
                    "create_destination",
                    [
                        "name": name, "kind": definition["kind"],
                        "settings": definition["settings"],
                        "administrators_only": definition["administrators_only"],
                    ])
            ]
        case .dataTemplate:
            return [
                PlannedCommand(
                    "create_data_template",
                    [
                        "destination": object.destination.map(JSONValue.string), "name": name,
                        "settings": definition["settings"],
                    ])
            ]
        case .dataExport:
            let create = PlannedCommand(
                "create_data_export",
                [
                    "name": name, "database": definition["database"],
                    "tables": definition["tables"],
                ])
            return [create] + tableSettings(name, [:], object) + [activating(name)]
        case .orchestration:
            return [
                PlannedCommand("add_orchestration", definition.merging(["name": name]) { $1 })
            ]
        case .orchestrationGroup: return creatingGroup(object)
        case .alert:
            return [PlannedCommand("create_alert", definition.merging(["name": name]) { $1 })]
        }
    }

    private static func updating(
        _ old: DefinedObject, _ new: DefinedObject
    ) -> [PlannedCommand] {
        let name = JSONValue.string(new.name)
        func changed(_ key: String) -> JSONValue? {
            old.definition[key] == new.definition[key] ? nil : new.definition[key]
        }
        switch new.kind {
        case .database:
            return [
                PlannedCommand(
                    "edit_database", ["name": name, "credential": new.definition["credential"]])
            ]
        case .destination:
            return [
                PlannedCommand(
                    "edit_destination",
                    [
                        "name": name, "settings": changed("settings"),
                        "administrators_only": changed("administrators_only"),
                    ])
            ]
        case .dataTemplate:
            return [
                PlannedCommand(
                    "edit_data_template",
                    [
                        "destination": new.destination.map(JSONValue.string), "name": name,
                        "settings": new.definition["settings"],
                    ])
            ]
        case .dataExport: return editing(name, old, new)
        case .orchestration:
            return [
                PlannedCommand("edit_orchestration", new.definition.merging(["name": name]) { $1 })
            ]
        case .orchestrationGroup: return updatingGroup(old, new)
        case .alert:
            return [PlannedCommand("edit_alert", new.definition.merging(["name": name]) { $1 })]
        }
    }

    private static func editing(
        _ name: JSONValue, _ old: DefinedObject, _ new: DefinedObject
    ) -> [PlannedCommand] {
        let isMoved =
            old.references("database").map(\.identity)
            != new.references("database").map(\.identity)
        let tables = new.definition["tables"]
        var commands: [PlannedCommand] = []
        if isMoved || old.definition["tables"] != tables {
            commands.append(
                PlannedCommand(
                    "edit_data_export",
                    [
                        "name": name, "database": isMoved ? new.definition["database"] : nil,
                        "tables": tables,
                    ]))
        }
        // The settings of tables that are no longer sent are removed with them.
        var kept = isMoved ? [:] : Self.tableSettings(of: old)
        if case .array(let chosen)? = tables {
            kept = kept.filter { chosen.contains(.string($0.key)) }
        }
        return commands + tableSettings(name, kept, new) + [activating(name)]
    }

    private static func tableSettings(of object: DefinedObject) -> [String: JSONValue] {
        if case .object(let settings)? = object.definition["table_settings"] {
            settings
        } else {
            [:]
        }
    }

    private static func tableSettings(
        _ name: JSONValue, _ old: [String: JSONValue], _ object: DefinedObject
    ) -> [PlannedCommand] {
        let new = tableSettings(of: object)
        return Set(old.keys).union(new.keys).sorted(by: YAMLText.precedes)
            .filter { old[$0] != new[$0] }
            .map { table in
                PlannedCommand(
                    "edit_table",
                    ["name": name, "table": .string(table), "settings": new[table] ?? [:]])
            }
    }

    private static func activating(_ name: JSONValue) -> PlannedCommand {
        PlannedCommand("activate_data_export", ["name": name])
    }

    private static func discarding(_ export: DefinedObject) -> PlannedCommand {
        PlannedCommand("discard_draft", ["name": .string(export.name)])
    }

    private static func deleting(_ object: DefinedObject) -> [PlannedCommand] {
        let command =
            switch object.kind {
            case .database: "unregister_database"
            case .destination: "delete_destination"
            case .dataTemplate: "delete_data_template"
            case .dataExport: "delete_data_export"
            case .orchestration: "delete_orchestration"
            case .orchestrationGroup: "delete_orchestration_group"
            case .alert: "delete_alert"
            }
        return [
            PlannedCommand(
                command,
                [
                    "destination": object.destination.map(JSONValue.string),
                    "name": .string(object.name),
                ])
        ]
    }
}
