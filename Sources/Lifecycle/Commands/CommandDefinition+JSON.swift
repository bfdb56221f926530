import Values

// The definitions as every migration passes them to the database.
extension CommandDefinition {
    /// All definitions in JSON, in one line, for the SQL function `fill_command_definitions`.
    public static let json = JSONValue.array(all.map(\.json)).text

    private var json: JSONValue {
        [
            "command": .string(command), "lane": .string(lane.rawValue),
            // The first given one counts.
            "key": .array((key + (keyWhenAbsent ?? [])).map { .string($0) }),
            "parameters": .array(parameters.map { .string($0) }),
            "arguments": .object(arguments.mapValues(\.json)),
            "refers": .array(parameters.compactMap(reference).map { .string($0) }),
            "description": .string(description),
        ]
    }

    /// `kind:argument`, or `kind:argument,argument` where two name the object.
    private func reference(by parameter: String) -> String? {
        guard let naming = arguments[parameter]?.naming else { return nil }
        let names = [naming.scope, parameter].compactMap { $0 }.joined(separator: ",")
        return "\(naming.kind.rawValue):\(names)"
    }
}

extension CommandDefinition.Argument {
    fileprivate var json: JSONValue {
        var json: [String: JSONValue] = [
            "type": .string(type.rawValue), "required": .bool(required),
        ]
        if let charactersMax { json["characters_max"] = .int(Int64(charactersMax)) }
        if let itemsMax { json["items_max"] = .int(Int64(itemsMax)) }
        if let choices { json["choices"] = .array(choices.map { .string($0) }) }
        return .object(json)
    }
}
