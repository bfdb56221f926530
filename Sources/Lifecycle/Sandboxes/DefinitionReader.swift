import Values

/// Reads the definition of an object from another environment, or from an earlier time.
struct DefinitionReader {
    private let object: ObjectDefinition

    init(of object: ObjectDefinition) {
        self.object = object
    }

    func string(_ key: String) throws(Refusal) -> String {
        guard case .string(let text)? = self[key] else { throw malformed(key) }
        return text
    }

    /// Whether it exists.
    func has(_ key: String) -> Bool { self[key] != nil }

    func strings(_ key: String) throws(Refusal) -> [String] {
        guard case .array(let elements)? = self[key] else { throw malformed(key) }
        var strings: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw malformed(key) }
            strings.append(text)
        }
        return strings
    }

    func boolean(_ key: String) throws(Refusal) -> Bool {
        guard case .bool(let value)? = self[key] else { throw malformed(key) }
        return value
    }

    func json(_ key: String) throws(Refusal) -> JSONValue {
        guard let value = self[key] else { throw malformed(key) }
        return value
    }

    func tables() throws(Refusal) -> TableSelection {
        switch self["tables"] {
        case "all": return .all
        case .array(let elements):
            var names: [TableName] = []
            for element in elements {
                guard case .string(let text) = element, let name = TableName(text) else {
                    throw malformed("tables")
                }
                names.append(name)
            }
            return TableSelection(names)
        default: throw malformed("tables")
        }
    }

    func tableSettings() throws(Refusal) -> [TableName: TableSettings] {
        guard case .object(let given)? = self["table_settings"] else {
            throw malformed("table_settings")
        }
        var settings: [TableName: TableSettings] = [:]
        for (table, json) in given {
            guard let name = TableName(table), let own = try? TableSettings(json) else {
                throw malformed("table_settings")
            }
            settings[name] = own
        }
        return settings
    }

    private subscript(key: String) -> JSONValue? {
        guard case .object(let values) = object.definition else { return nil }
        return values[key]
    }

    private func malformed(_ key: String) -> Refusal {
        .because(
            .notFound,
            "the definition of \(object.words) has no valid \"\(key)\"",
            hint: "see it in ferry.sandbox_changes; delete the object and create it again")
    }
}
