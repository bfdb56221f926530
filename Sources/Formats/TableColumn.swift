/// A column of an exported table, as described by the source database.
public struct TableColumn: Codable, Hashable, Sendable {
    public var name: String
    /// As written by PostgreSQL's `format_type`, for example `numeric(12,2)`.
    public var type: String
    public var nullable: Bool
    /// The type of its values when reading.
    public var valueType: ValueType
    /// The SQL type that its values are cast to when reading, if their own depends on the database:
    /// `numeric` for `money`.
    public var readAs: String?
    /// The mask of its values, as in manifests; nil if they are sent unmasked.
    public var masked: String?

    enum CodingKeys: String, CodingKey {
        case name, type, nullable
        case valueType = "value_type"
        case readAs = "read_as"
        case masked
    }

    public init(
        name: String, type: String, nullable: Bool, valueType: ValueType, readAs: String? = nil,
        masked: String? = nil
    ) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.valueType = valueType
        self.readAs = readAs
        self.masked = masked
    }
}
