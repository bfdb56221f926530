/// A column of a table that is exported, as the source database describes it.
public struct TableColumn: Codable, Hashable, Sendable {
    public var name: String
    /// As PostgreSQL's `format_type` writes it, for example `numeric(12,2)`.
    public var type: String
    public var nullable: Bool
    /// The object identifier of its type; of the type beneath, where it is of a domain.
    public var typeID: UInt32
    /// The modifier of that type, such as precision and scale; -1 for none.
    public var typeModifier: Int32
    /// What that type is.
    public var kind: Kind
    /// The identifier of the type of its elements, beneath all domains; nil for no array.
    public var elementTypeID: UInt32?
    /// How its values are hidden, as a manifest says it; nil when they are sent as they are.
    public var masked: String?

    /// What a type is, as `pg_type.typtype` says, with arrays apart.
    public enum Kind: String, Codable, Sendable {
        case base, composite, `enum`, pseudo, range, multirange, array
    }

    enum CodingKeys: String, CodingKey {
        case name, type, nullable
        case typeID = "type_id"
        case typeModifier = "type_modifier"
        case kind
        case elementTypeID = "element_type_id"
        case masked
    }

    public init(
        name: String, type: String, nullable: Bool, typeID: UInt32, typeModifier: Int32 = -1,
        kind: Kind = .base, elementTypeID: UInt32? = nil, masked: String? = nil
    ) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.typeID = typeID
        self.typeModifier = typeModifier
        self.kind = kind
        self.elementTypeID = elementTypeID
        self.masked = masked
    }
}

extension TableColumn {
    /// Whether its values are numbers, written in decimal: integers, oid, numeric, real, double.
    var isNumber: Bool { kind == .base && Self.numberTypeIDs.contains(typeID) }

    /// `int8, int2, int4, oid, float4, float8, numeric`, the same in every database.
    static let numberTypeIDs: Set<UInt32> = [20, 21, 23, 26, 700, 701, 1700]
}
