/// How values of a type are written in JSON.
indirect enum JSONValueKind: Equatable {
    /// As its digits; NaN and infinities as strings.
    case number
    case boolean
    /// Unchanged, except for spaces and line ends outside strings.
    case json
    /// Unchanged: PostgreSQL writes it on one line.
    case jsonb
    /// In base64.
    case bytes
    /// In ISO 8601.
    case time
    /// Nested, with any dimensions, which are in the text.
    case array(JSONValueKind, delimiter: UInt8)
    /// Its text.
    case string

    init(_ type: ValueType) {
        switch type.kind {
        case .array:
            self =
                type.element.map { .array(JSONValueKind($0), delimiter: $0.delimiter) } ?? .string
        case .base: self = JSONValueKind(baseID: type.id)
        case .composite, .enum, .pseudo, .range, .multirange: self = .string
        }
    }

    /// The identifiers of PostgreSQL's own types are the same in every database.
    private init(baseID: UInt32) {
        switch baseID {
        case 16: self = .boolean
        case 17: self = .bytes
        case 114: self = .json
        case 3802: self = .jsonb
        case 1082, 1114, 1184: self = .time
        default: self = ValueType(baseID).isNumber ? .number : .string
        }
    }
}

/// The text of a value.
struct JSONText {
    let bytes: UnsafeBufferPointer<UInt8>
    /// The number of bytes of a quote: 2 if COPY has doubled it.
    let quoteBytes: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, quoteBytes: Int) {
        self.bytes = bytes
        self.quoteBytes = quoteBytes
    }

    /// The text itself, with each quote as one byte.
    var plain: [UInt8] {
        let quote = UInt8(ascii: "\"")
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            plain.append(bytes[index])
            index += bytes[index] == quote ? quoteBytes : 1
        }
        return plain
    }
}
