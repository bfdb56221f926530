import Postgres

/// A table of a source database, as PostgreSQL's catalog spells it.
public struct TableName: Hashable, Sendable, Comparable, Codable {
    public let schema: String
    public let name: String

    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    /// Reads `schema.table`, each part quoted as in SQL when it is not a plain lower-case name.
    ///
    /// Returns nil when the text is not of that form.
    public init?(_ text: String) {
        var parts: [String] = []
        var rest = Substring(text)
        while true {
            guard let part = Self.takePart(&rest) else { return nil }
            parts.append(part)
            guard rest.popFirst() != nil else { break }
        }
        guard parts.count == 2 else { return nil }
        self.init(schema: parts[0], name: parts[1])
    }

    private static func takePart(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let part = rest.prefix { $0 != "." && $0 != "\"" }
            rest = rest[part.endIndex...]
            return part.isEmpty || rest.first == "\"" ? nil : String(part)
        }
        rest.removeFirst()
        var part = ""
        while let character = rest.popFirst() {
            if character != "\"" {
                part.append(character)
            } else if rest.first == "\"" {
                part.append(rest.removeFirst())
            } else {
                return part.isEmpty || !(rest.isEmpty || rest.first == ".") ? nil : part
            }
        }
        return nil
    }

    /// For SQL: both parts quoted.
    public var quoted: String { "\(quoteIdentifier(schema)).\(quoteIdentifier(name))" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.schema, left.name) < (right.schema, right.name)
    }
}
