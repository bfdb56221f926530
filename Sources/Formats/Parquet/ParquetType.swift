/// The types of values in a Parquet file; see docs/parquet.md.
enum ParquetType: Equatable {
    case bool, int16, int32, int64, oid, float, double
    case decimal(precision: Int, scale: Int)
    /// A numeric without the bounds of a decimal, as text.
    case numericText
    case date, time, timestamp, timestamptz
    case uuid, text, json, jsonb, bytes

    /// The type for one of PostgreSQL's types; nil for those read as text.
    init?(_ type: ValueType) {
        guard type.kind == .base else { return nil }
        switch type.id {
        case 16: self = .bool
        case 17: self = .bytes
        case 19, 25, 142, 1042, 1043: self = .text
        case 20: self = .int64
        case 21: self = .int16
        case 23: self = .int32
        case 26: self = .oid
        case 114: self = .json
        case 700: self = .float
        case 701: self = .double
        case 1082: self = .date
        case 1083: self = .time
        case 1114: self = .timestamp
        case 1184: self = .timestamptz
        case 1700: self = Self.numeric(type.modifier)
        case 2950: self = .uuid
        case 3802: self = .jsonb
        default: return nil
        }
    }

    private static func numeric(_ modifier: Int32) -> ParquetType {
        guard modifier >= 4 else { return .numericText }
        let packed = modifier - 4
        let precision = Int(packed >> 16)
        // Eleven bits in two's complement.
        let scale = Int((packed & 0x7ff ^ 0x400) - 0x400)
        guard (1...38).contains(precision), (0...precision).contains(scale) else {
            return .numericText
        }
        return .decimal(precision: precision, scale: scale)
    }

    /// The physical types, by their numbers in the metadata.
    enum Physical: Int32 {
        case boolean = 0
        case int32 = 1
        case int64 = 2
        case float = 4
        case double = 5
        case byteArray = 6
        case fixedByteArray = 7
    }

    var physical: Physical {
        switch self {
        case .bool: .boolean
        case .int16, .int32, .date: .int32
        case .int64, .oid, .time, .timestamp, .timestamptz: .int64
        case .float: .float
        case .double: .double
        case .decimal(let precision, _):
            precision <= 9 ? .int32 : precision <= 18 ? .int64 : .fixedByteArray
        case .uuid: .fixedByteArray
        case .numericText, .text, .json, .jsonb, .bytes: .byteArray
        }
    }

    /// The size of a value if it is fixed; nil if not.
    var fixedBytes: Int? {
        switch physical {
        case .boolean: 1
        case .int32, .float: 4
        case .int64, .double: 8
        case .byteArray: nil
        case .fixedByteArray:
            if case .decimal(let precision, _) = self { Self.decimalBytes(precision) } else { 16 }
        }
    }

    /// The minimum number of bytes in two's complement for this many decimal digits.
    static func decimalBytes(_ precision: Int) -> Int {
        var limit: Int128 = 1
        for _ in 0..<precision { limit *= 10 }
        return (Int128.bitWidth - (limit - 1).leadingZeroBitCount) / 8 + 1
    }

    /// The name of the type, for messages.
    var name: String {
        switch self {
        case .decimal(let precision, let scale): "a Parquet DECIMAL(\(precision), \(scale))"
        case .date: "a Parquet DATE"
        case .time: "a Parquet TIME"
        case .timestamp, .timestamptz: "a Parquet TIMESTAMP"
        default: "Parquet"
        }
    }

    /// The hint for a value that it cannot represent.
    var wayOut: String {
        switch self {
        case .decimal:
            "choose the format csv or ndjson, or make the column numeric without a precision, "
                + "which Parquet gets as text"
        default: "choose the format csv or ndjson, or make the column text"
        }
    }
}

/// A column of a Parquet file.
struct ParquetColumn: Equatable {
    let name: String
    let type: ParquetType
    let isNullable: Bool
    /// Whether its values are lists of such values.
    let isList: Bool
    /// Whether its text is read, or the texts of its list elements.
    let isReadAsText: Bool

    init(_ column: TableColumn) {
        name = column.name
        isNullable = column.nullable
        isList = column.valueType.kind == .array
        let value = column.valueType.element ?? column.valueType
        let known = ParquetType(value)
        type = known ?? .text
        // The binary format contains the labels of enums.
        isReadAsText = known == nil && (isList || value.kind != .enum)
    }
}
