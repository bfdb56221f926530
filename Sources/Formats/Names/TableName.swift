/// A table of a source database, by schema and name as the catalog spells them (unquoted).
public struct TableName: Codable, Hashable, Sendable, CustomStringConvertible {
    public var schema: String
    public var name: String

    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    /// How people write it: `name` in schema `public`, `schema.name` elsewhere.
    public var qualified: String { schema == "public" ? name : schema + "." + name }

    /// ``qualified``, with characters that could mislead a reader escaped.
    public var description: String { qualified.shown }
}
