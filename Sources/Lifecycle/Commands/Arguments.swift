import Values

/// The arguments of one command, checked against its definition.
struct Arguments {
    let definition: CommandDefinition
    private let values: [String: JSONValue]

    /// - Throws: A ``Rejection`` that names the argument, the rule and what is allowed.
    init(of definition: CommandDefinition, _ arguments: JSONValue) throws(Rejection) {
        guard case .object(let values) = arguments else {
            throw Rejection(
                .wrongType,
                "the arguments of \(definition.command) must be an object, not \(arguments.kind)",
                hint: definition.usage)
        }
        self.definition = definition
        self.values = values
        for name in values.keys where definition.arguments[name] == nil {
            // The first by name, so that the message is deterministic.
            let first = values.keys.filter { definition.arguments[$0] == nil }.min() ?? name
            throw Rejection(
                .unknownArgument, "\(definition.command) has no argument \(quoted(first))",
                hint: definition.usage)
        }
    }

    subscript(_ argument: String) -> JSONValue? {
        guard let value = values[argument], value != .null else { return nil }
        return value
    }

    func required(_ argument: String) throws(Rejection) -> JSONValue {
        if let value = self[argument] { return value }
        throw Rejection(
            .missingArgument, "\(definition.command) needs the argument \"\(argument)\"",
            hint: definition.usage)
    }

    func string(_ argument: String) throws(Rejection) -> String {
        let value = try required(argument)
        guard case .string(let text) = value else { throw wrongType(argument, value) }
        if let most = definition.arguments[argument]?.charactersMax, text.utf8.count > most,
            text.unicodeScalars.count > most
        {
            throw Rejection(
                .argumentTooLong,
                "argument \"\(argument)\" of \(definition.command) has "
                    + "\(text.unicodeScalars.count) characters, at most \(most) are allowed",
                hint: "shorten it")
        }
        return text
    }

    /// A name; `what` names its subject in messages.
    func name(_ argument: String, of kind: ObjectKind) throws(Rejection) -> Name {
        let value = try required(argument)
        guard case .string(let text) = value else { throw wrongType(argument, value) }
        return try Arguments.name(text, of: kind)
    }

    private static func name(_ text: String, of kind: ObjectKind) throws(Rejection) -> Name {
        do throws(InvalidName) {
            return try Name(text, of: "\(kind.word) name")
        } catch {
            throw Rejection(.invalidName, error.message, hint: error.hint)
        }
    }

    func optionalName(_ argument: String, of kind: ObjectKind) throws(Rejection) -> Name? {
        self[argument] == nil ? nil : try name(argument, of: kind)
    }

    /// Whether it is given; null is not.
    func has(_ argument: String) -> Bool { self[argument] != nil }

    /// False when absent.
    func boolean(_ argument: String) throws(Rejection) -> Bool {
        switch self[argument] {
        case .none: return false
        case .bool(let value): return value
        case .some(let value): throw wrongType(argument, value)
        }
    }

    /// A whole number of at most 18 digits.
    func integer(_ argument: String) throws(Rejection) -> Int64 {
        let value = try required(argument)
        guard case .int(let number) = value, (0..<1_000_000_000_000_000_000).contains(number)
        else { throw wrongType(argument, value) }
        return number
    }

    func optionalInteger(_ argument: String) throws(Rejection) -> Int64? {
        self[argument] == nil ? nil : try integer(argument)
    }

    func optionalString(_ argument: String) throws(Rejection) -> String? {
        self[argument] == nil ? nil : try string(argument)
    }

    /// The reason for an action, as text.
    ///
    /// - Parameter hint: What to write.
    func text(_ argument: String, hint: String) throws(Rejection) -> String {
        let text = try string(argument)
        if text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) { return text }
        throw Rejection(
            .missingArgument,
            "\(definition.command) needs the argument \"\(argument)\", which is empty", hint: hint)
    }

    /// As they are written, in their order.
    func strings(_ argument: String) throws(Rejection) -> [String] {
        let value = try required(argument)
        guard case .array(let elements) = value else { throw wrongType(argument, value) }
        if let most = definition.arguments[argument]?.itemsMax, elements.count > most {
            throw Rejection(
                .argumentTooLong,
                "argument \"\(argument)\" of \(definition.command) has \(elements.count) "
                    + "elements, at most \(most) are allowed",
                hint: "shorten it")
        }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw wrongType(argument, element) }
            texts.append(text)
        }
        return texts
    }

    func optionalObject(_ argument: String) throws(Rejection) -> [String: JSONValue]? {
        guard let value = self[argument] else { return nil }
        guard case .object(let fields) = value else { throw wrongType(argument, value) }
        return fields
    }

    func object(_ argument: String) throws(Rejection) -> JSONValue {
        let value = try required(argument)
        guard case .object = value else { throw wrongType(argument, value) }
        return value
    }

    /// Names, perhaps none.
    func names(_ argument: String, of kind: ObjectKind) throws(Rejection) -> [Name] {
        let value = try required(argument)
        guard case .array(let elements) = value else { throw wrongType(argument, value) }
        var names: [Name] = []
        for element in elements {
            guard case .string(let text) = element else { throw wrongType(argument, element) }
            names.append(try Arguments.name(text, of: kind))
        }
        return names
    }

    func table(_ argument: String) throws(Rejection) -> TableName {
        try tableName(try string(argument))
    }

    func tables(_ argument: String) throws(Rejection) -> TableSelection {
        let value = try required(argument)
        switch value {
        case .string("all"): return .all
        case .string(let text):
            throw Rejection(
                .invalidTables,
                "tables must be an array or \"all\", not the string \(quoted(text))",
                hint: "write [\(quoted(text))] for one table")
        case .array(let elements): return try selection(elements, argument)
        default: throw wrongType(argument, value)
        }
    }

    func optionalTables(_ argument: String) throws(Rejection) -> TableSelection? {
        self[argument] == nil ? nil : try tables(argument)
    }

    private func selection(
        _ elements: [JSONValue], _ argument: String
    ) throws(Rejection) -> TableSelection {
        if elements.isEmpty {
            throw Rejection(
                .invalidTables, "tables is empty",
                hint: "name one or more tables, or write \"all\"")
        }
        if elements.count > TableSelection.tablesMax {
            throw Rejection(
                .argumentTooLong,
                "tables names \(elements.count) tables, at most \(TableSelection.tablesMax) "
                    + "are allowed",
                hint: "choose \"all\", or split the tables among several exports")
        }
        var tables: [TableName] = []
        tables.reserveCapacity(elements.count)
        for element in elements {
            guard case .string(let text) = element else { throw wrongType(argument, element) }
            tables.append(try tableName(text))
        }
        return TableSelection(tables)
    }

    private func tableName(_ text: String) throws(Rejection) -> TableName {
        if let table = TableName(text) { return table }
        throw Rejection(
            .invalidTables, "\(quoted(text)) is not the name of a table",
            hint: "write schema.table or table; put a part with a dot or a quotation mark "
                + "in double quotes")
    }

    private func wrongType(_ argument: String, _ value: JSONValue) -> Rejection {
        let type = definition.arguments[argument]?.type.words ?? "of another type"
        return Rejection(
            .wrongType,
            "argument \"\(argument)\" of \(definition.command) must be \(type), not \(value.kind)",
            hint: definition.usage)
    }
}

extension CommandDefinition {
    /// The arguments in one line, for hints.
    var usage: String {
        let required = arguments.filter(\.value.required).sorted { $0.key < $1.key }
        let optional = arguments.filter { !$0.value.required }.sorted { $0.key < $1.key }
        let list =
            required.map { "\($0.key) (\($0.value.type.rawValue))" }
            + optional.map { "\($0.key) (\($0.value.type.rawValue), optional)" }
        return "arguments: " + list.joined(separator: ", ")
    }
}
