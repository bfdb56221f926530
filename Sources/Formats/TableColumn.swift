/// A column of a table that is exported, as the source database describes it.
public struct TableColumn: Codable, Hashable, Sendable {
    public var name: String
    /// As PostgreSQL's `format_type` writes it, for example `numeric(12,2)`.
    public var type: String
    public var nullable: Bool
    /// What its values are read as.
    public var valueType: ValueType
    /// The SQL type that its values are cast to when they are read, where their own says something
    /// else in each database: `numeric` for `money`.
    public var readAs: String?
    /// How its values are hidden, as a manifest says it; nil if they are sent unmasked.
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
