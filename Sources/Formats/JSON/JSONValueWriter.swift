/// Writes the texts of values as JSON.
struct JSONValueWriter: ~Copyable {
    private static let quote = UInt8(ascii: "\"")

    private var buffer = OutputBuffer()
    /// For each byte, whether it must be escaped in a string.
    private let escaped = UnsafeMutablePointer<Bool>.allocate(capacity: 256)
    private var scanner = JSONHazardScanner()

    init() {
        for byte in 0...255 {
            (escaped + byte).initialize(to: Self.isEscaped(UInt8(byte)))
        }
    }

    deinit { escaped.deallocate() }

    mutating func finish(_ output: OutputBuffer.Output) throws { try buffer.flush(into: output) }

    /// The values since the last call that readers may reject.
    mutating func takeHazards() -> JSONHazards { scanner.take() }

    mutating func write(_ bytes: [UInt8], _ output: OutputBuffer.Output) throws {
        try buffer.append(bytes, into: output)
    }

    mutating func write(_ text: StaticString, _ output: OutputBuffer.Output) throws {
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        try buffer.append(bytes, into: output)
    }

    mutating func write(
        _ text: JSONText, _ kind: JSONValueKind, _ output: OutputBuffer.Output
    ) throws {
        switch kind {
        case .number:
            // NaN and infinities do not end in a digit.
            let isNumber = text.bytes.last.map { $0 <= UInt8(ascii: "9") } ?? false
            if text.bytes.count > 308 { scanner.scan(text.bytes) }
            try isNumber ? buffer.append(text.bytes, into: output) : writeString(text, output)
        case .boolean:
            try write(text.bytes.first == UInt8(ascii: "t") ? "true" : "false", output)
        case .json: try writeCompacted(text.plain, output)
        case .jsonb:
            // jsonb has no repeated keys, halves of surrogate pairs or exponents.
            if text.bytes.count > 308 { text.plain.withUnsafeBufferPointer { scanner.scan($0) } }
            try writePlain(text, output)
        case .bytes: try writeBase64(text, output)
        case .time: try writeTime(text, output)
        case .array(let element, let delimiter):
            try writeArray(text, of: element, delimiter, output)
        case .string: try writeString(text, output)
        }
    }

    // MARK: Strings

    static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == quote || byte == UInt8(ascii: "\\")
    }

    static func escape(of byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "\n"): Array("\\n".utf8)
        case UInt8(ascii: "\r"): Array("\\r".utf8)
        case UInt8(ascii: "\t"): Array("\\t".utf8)
        case 0..<0x20: Array("\\u00".utf8) + CollectionOfOne(byte).hexadecimal.utf8
        default: [UInt8(ascii: "\\"), byte]
        }
    }

    private mutating func writeString(_ text: [UInt8], _ output: OutputBuffer.Output) throws {
        try text.withUnsafeBufferPointer {
            try writeString(JSONText($0, quoteBytes: 1), output)
        }
    }

    private mutating func writeString(_ text: JSONText, _ output: OutputBuffer.Output) throws {
        let bytes = text.bytes
        try buffer.append(Self.quote, into: output)
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard escaped[Int(byte)] else {
                index += 1
                continue
            }
            try buffer.append(UnsafeBufferPointer(rebasing: bytes[start..<index]), into: output)
            if byte == Self.quote || byte == UInt8(ascii: "\\") {
                try buffer.append(UInt8(ascii: "\\"), into: output)
                try buffer.append(byte, into: output)
            } else {
                try buffer.append(Self.escape(of: byte), into: output)
            }
            index += byte == Self.quote ? text.quoteBytes : 1
            start = index
        }
        try buffer.append(UnsafeBufferPointer(rebasing: bytes[start...]), into: output)
        try buffer.append(Self.quote, into: output)
    }

    private mutating func writeTime(_ text: JSONText, _ output: OutputBuffer.Output) throws {
        let bytes = text.bytes
        // Nearly all: a year of four digits, not BC.
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes.last != UInt8(ascii: "C")
        else { return try writeString(isoTime(text), output) }
        try buffer.append(Self.quote, into: output)
        try buffer.append(UnsafeBufferPointer(rebasing: bytes[..<10]), into: output)
        if bytes.count > 10 {
            let isUTC = bytes.suffix(3).elementsEqual("+00".utf8)
            let time = bytes[11..<(bytes.count - (isUTC ? 3 : 0))]
            try buffer.append(UInt8(ascii: "T"), into: output)
            try buffer.append(UnsafeBufferPointer(rebasing: time), into: output)
            if isUTC { try buffer.append(UInt8(ascii: "Z"), into: output) }
        }
        try buffer.append(Self.quote, into: output)
    }

    private mutating func writeBase64(_ text: JSONText, _ output: OutputBuffer.Output) throws {
        let alphabet = Self.base64
        // Behind `\x`.
        let digits = text.bytes.dropFirst(2)
        try buffer.append(Self.quote, into: output)
        var index = digits.startIndex
        while index + 1 < digits.endIndex {
            let count = min(3, (digits.endIndex - index) / 2)
            var bits = 0
            for offset in 0..<3 {
                bits <<= 8
                guard offset < count else { continue }
                bits |= Self.digit(digits[index + 2 * offset]) << 4
                bits |= Self.digit(digits[index + 2 * offset + 1])
            }
            for place in 0..<4 {
                let sextet = alphabet[(bits >> (18 - 6 * place)) & 63]
                try buffer.append(place <= count ? sextet : UInt8(ascii: "="), into: output)
            }
            index += 2 * count
        }
        try buffer.append(Self.quote, into: output)
    }

    private static let base64 = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func digit(_ byte: UInt8) -> Int {
        byte <= UInt8(ascii: "9") ? Int(byte) - 48 : Int(byte) - 87
    }

    // MARK: What is nested

    /// Removes white space between the tokens of JSON, including line ends.
    private mutating func writeCompacted(_ json: [UInt8], _ output: OutputBuffer.Output) throws {
        json.withUnsafeBufferPointer { scanner.scan($0) }
        var isInString = false
        var isAfterBackslash = false
        for byte in json {
            if isInString {
                if isAfterBackslash {
                    isAfterBackslash = false
                } else if byte == UInt8(ascii: "\\") {
                    isAfterBackslash = true
                } else if byte == Self.quote {
                    isInString = false
                }
            } else if byte == Self.quote {
                isInString = true
            } else if byte <= UInt8(ascii: " ") {
                continue
            }
            try buffer.append(byte, into: output)
        }
    }

    private mutating func writePlain(_ text: JSONText, _ output: OutputBuffer.Output) throws {
        let bytes = text.bytes
        var start = 0
        var index = 0
        while index < bytes.count {
            if bytes[index] == Self.quote {
                try buffer.append(UnsafeBufferPointer(rebasing: bytes[start...index]), into: output)
                index += text.quoteBytes
                start = index
            } else {
                index += 1
            }
        }
        try buffer.append(UnsafeBufferPointer(rebasing: bytes[start...]), into: output)
    }

    /// Writes PostgreSQL's `{1,"a b",NULL,{…}}`, optionally after its bounds: `[0:2]={…}`.
    private mutating func writeArray(
        _ array: JSONText, of kind: JSONValueKind, _ delimiter: UInt8,
        _ output: OutputBuffer.Output
    ) throws {
        let bytes = array.bytes
        var index = bytes.firstIndex(of: UInt8(ascii: "{")) ?? bytes.count
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "{"): try buffer.append(UInt8(ascii: "["), into: output)
            case UInt8(ascii: "}"): try buffer.append(UInt8(ascii: "]"), into: output)
            case delimiter: try buffer.append(UInt8(ascii: ","), into: output)
            case Self.quote:
                index += array.quoteBytes
                try writeQuotedElement(of: array, from: &index, kind, output)
                continue
            default:
                let start = index
                while index < bytes.count, bytes[index] != delimiter,
                    bytes[index] != UInt8(ascii: "}")
                { index += 1 }
                let element = UnsafeBufferPointer(rebasing: bytes[start..<index])
                if element.elementsEqual("NULL".utf8) {
                    try write("null", output)
                } else {
                    try write(JSONText(element, quoteBytes: 1), kind, output)
                }
                continue
            }
            index += 1
        }
    }

    /// - Parameter index: Of the first byte of the element; then of the first after its quote.
    private mutating func writeQuotedElement(
        of array: JSONText, from index: inout Int, _ kind: JSONValueKind,
        _ output: OutputBuffer.Output
    ) throws {
        let bytes = array.bytes
        let start = index
        while index < bytes.count, bytes[index] != Self.quote, bytes[index] != UInt8(ascii: "\\") {
            index += 1
        }
        let plain = UnsafeBufferPointer(rebasing: bytes[start..<index])
        if index == bytes.count || bytes[index] == Self.quote {
            index += array.quoteBytes
            return try write(JSONText(plain, quoteBytes: 1), kind, output)
        }
        var element = Array(plain)
        while index < bytes.count, bytes[index] != Self.quote {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
            element.append(bytes[index])
            index += bytes[index] == Self.quote ? array.quoteBytes : 1
        }
        index += array.quoteBytes
        try element.withUnsafeBufferPointer {
            try write(JSONText($0, quoteBytes: 1), kind, output)
        }
    }
}
