/// A table of a source database, by schema and name as the catalog spells them (unquoted).
///
/// Two are equal when their bytes are, as in PostgreSQL: `é` and `e` with an accent differ.
public struct TableName: Codable, Hashable, Sendable, CustomStringConvertible {
    public var schema: String
    public var name: String

    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    public static func == (first: TableName, second: TableName) -> Bool {
        first.schema.utf8.elementsEqual(second.schema.utf8)
            && first.name.utf8.elementsEqual(second.name.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(Array(schema.utf8))
        hasher.combine(Array(name.utf8))
    }

    /// How people write it: `name` in schema `public`, `schema.name` elsewhere.
    public var qualified: String { schema == "public" ? name : schema + "." + name }

    /// ``qualified``, with characters that could mislead a reader escaped.
    public var description: String { qualified.shown }
}
