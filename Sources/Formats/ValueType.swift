/// A value type in the source's catalog, below all domains.
///
/// Names are not significant: PostgreSQL's own types are identified by oid, all others by the
/// catalog.
public struct ValueType: Codable, Hashable, Sendable {
    /// The kind of a type, as in `pg_type.typtype`, with arrays as a separate kind.
    public enum Kind: String, Codable, Sendable {
        case base, composite, `enum`, pseudo, range, multirange, array
    }

    /// The object identifier. Those of PostgreSQL's own types are the same in every database.
    public var id: UInt32
    /// Its modifier, such as precision and scale; -1 for none. For an array that of its elements.
    public var modifier: Int32
    public var kind: Kind
    /// The delimiter of values of this type in the text of an array (`pg_type.typdelim`).
    public var delimiter: UInt8
    /// Whether it has a cast function to text, which may differ from COPY's text.
    public var hasCastToText: Bool
    /// A value type can contain another only in an array: none, or one.
    private var elements: [ValueType]

    /// The type of an array's elements; nil for other types.
    public var element: ValueType? { elements.first }

    enum CodingKeys: String, CodingKey {
        case id, modifier, kind, delimiter
        case hasCastToText = "has_cast_to_text"
        case elements
    }

    public init(
        _ id: UInt32, modifier: Int32 = -1, kind: Kind = .base,
        delimiter: UInt8 = UInt8(ascii: ","), hasCastToText: Bool = false,
        element: ValueType? = nil
    ) {
        self.id = id
        self.modifier = modifier
        self.kind = kind
        self.delimiter = delimiter
        self.hasCastToText = hasCastToText
        elements = element.map { [$0] } ?? []
    }
}

extension ValueType {
    /// Whether its values are numbers, written in decimal: integers, oid, numeric, real, double.
    var isNumber: Bool { kind == .base && Self.numberIDs.contains(id) }

    /// `int8, int2, int4, oid, float4, float8, numeric`.
    private static let numberIDs: Set<UInt32> = [20, 21, 23, 26, 700, 701, 1700]

    public static let text = ValueType(25)

    /// Decimal numbers of 19 digits, the range of PostgreSQL's `money`, with this many decimal
    /// places.
    public static func money(scale: Int32) -> ValueType {
        ValueType(1700, modifier: (19 << 16 | scale) + 4)
    }
}
