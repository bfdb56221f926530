extension JSONValue {
    /// Maximum nesting depth. A worker's thread has a small stack, and the text is untrusted.
    public static let depthMax = 200

    /// Reads one JSON text (RFC 8259); for a repeated key, the last value counts.
    ///
    /// Returns nil when the text is not JSON, nests deeper than ``depthMax``, or contains a number
    /// that is too large.
    public init?(json text: String) {
        var text = text
        let value = text.withUTF8 { bytes in
            var parser = JSONParser(bytes)
            return parser.document()
        }
        guard let value else { return nil }
        self = value
    }
}

/// A recursive reader of JSON; each function returns nil at the first thing that is not JSON.
private struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func document() -> JSONValue? {
        guard let value = value() else { return nil }
        skipSpace()
        return index == bytes.count ? value : nil
    }

    private mutating func value() -> JSONValue? {
        skipSpace()
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "\""): return string().map(JSONValue.string)
        case UInt8(ascii: "{"): return nested { $0.object() }
        case UInt8(ascii: "["): return nested { $0.array() }
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func nested(_ body: (inout JSONParser) -> JSONValue?) -> JSONValue? {
        depth += 1
        defer { depth -= 1 }
        index += 1
        return depth > JSONValue.depthMax ? nil : body(&self)
    }

    private mutating func object() -> JSONValue? {
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard let key = string() else { return nil }
            skipSpace()
            guard take(":"), let value = value() else { return nil }
            members[key] = value
            skipSpace()
            if take("}") { return .object(members) }
            if !take(",") { return nil }
        }
    }

    private mutating func array() -> JSONValue? {
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            guard let value = value() else { return nil }
            elements.append(value)
            skipSpace()
            if take("]") { return .array(elements) }
            if !take(",") { return nil }
        }
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var result = ""
        var start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                append(from: start, to: &result)
                index += 1
                return result
            case UInt8(ascii: "\\"):
                append(from: start, to: &result)
                index += 1
                guard let scalar = escape() else { return nil }
                result.unicodeScalars.append(scalar)
                start = index
            case 0..<0x20: return nil
            default: index += 1
            }
        }
        return nil
    }

    private func append(from start: Int, to result: inout String) {
        if start == index { return }
        let piece = String(decoding: bytes[start..<index], as: UTF8.self)
        if result.isEmpty { result = piece } else { result += piece }
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        index += 1
        switch bytes[index - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: return nil
        }
        guard let unit = hexadecimal() else { return nil }
        guard (0xd800..<0xdc00).contains(unit) else { return Unicode.Scalar(unit) }
        guard take("\\u"), let low = hexadecimal(), (0xdc00..<0xe000).contains(low) else {
            return nil
        }
        return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
    }

    private mutating func hexadecimal() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var result: UInt32 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            result = result << 4 | UInt32(digit)
        }
        index += 4
        return result
    }

    private mutating func number() -> JSONValue? {
        let start = index
        _ = take("-")
        if !take("0") && !digits() { return nil }
        var isInteger = true
        if take(".") {
            isInteger = false
            if !digits() { return nil }
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            if !digits() { return nil }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let int = Int64(text) { return .int(int) }
        guard let double = Double(text), double.isFinite else { return nil }
        // As Codable reads it: a number is the same however it is written.
        return Int64(exactly: double).map(JSONValue.int) ?? .double(double)
    }

    private mutating func digits() -> Bool {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        return index > start
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0a, 0x0d, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func take(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard index + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[index + offset] != literal.utf8Start[offset] {
            return false
        }
        index += count
        return true
    }
}
