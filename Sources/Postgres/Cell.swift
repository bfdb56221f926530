import CLibPQ

/// One value of a result. Reading it as another type throws ``PostgresError/decoding(_:)``, which
/// names the column, never the value.
public struct Cell: Sendable {
    let rows: Rows
    let row: Int32
    let column: Int32
    let label: String?
    let position: Int

    init(rows: Rows, row: Int32, column: Int32, label: String?, at position: Int = -1) {
        self.rows = rows
        self.row = row
        self.column = column
        self.label = label
        self.position = position
    }

    /// Whether the value is NULL. A column that does not exist is not NULL: reading it throws.
    public var isNull: Bool { column >= 0 && PQgetisnull(rows.result, row, column) == 1 }

    /// The value as text. Bytes that are not UTF-8 become U+FFFD.
    public func string() throws -> String { try required("a text", optionalString()) }
    public func int() throws -> Int { try required("an integer", optionalInt()) }
    public func int64() throws -> Int64 { try required("an integer", optionalInt64()) }
    public func bool() throws -> Bool { try required("a boolean", optionalBool()) }
    public func double() throws -> Double { try required("a number", optionalDouble()) }
    /// The bytes of a `bytea` written in hexadecimal, PostgreSQL's default.
    public func bytes() throws -> [UInt8] { try required("a bytea", optionalBytes()) }
    /// The elements of an array of one dimension; NULL elements are nil.
    public func array() throws -> [String?] { try required("an array", optionalArray()) }

    public func optionalString() throws -> String? {
        try withText { String(decoding: $0, as: UTF8.self) }
    }

    public func optionalInt() throws -> Int? { try optionalInt64().map { Int($0) } }

    public func optionalInt64() throws -> Int64? {
        try converted("an integer") { parseInteger($0) }
    }

    public func optionalBool() throws -> Bool? {
        try converted("a boolean") { text in
            guard text.count == 1 else { return nil }
            return switch text[0] {
            case UInt8(ascii: "t"): true
            case UInt8(ascii: "f"): false
            default: nil
            }
        }
    }

    public func optionalDouble() throws -> Double? {
        try converted("a number") { Double(String(decoding: $0, as: UTF8.self)) }
    }

    public func optionalBytes() throws -> [UInt8]? {
        try converted("a bytea") { parseBytea($0) }
    }

    public func optionalArray() throws -> [String?]? {
        try converted("an array") { parseArray($0) }
    }

    /// Calls `body` with the text of the value, without a copy; nil for NULL.
    public func withText<T>(_ body: (UnsafeBufferPointer<UInt8>) throws -> T) throws -> T? {
        guard column >= 0 else {
            let asked = label.map { "column \"\($0)\"" } ?? "column number \(position)"
            throw PostgresError.decoding(
                "there is no \(asked); the columns are: \(rows.columns.joined(separator: ", "))")
        }
        guard PQgetisnull(rows.result, row, column) == 0,
            let value = PQgetvalue(rows.result, row, column)
        else { return nil }
        let length = Int(PQgetlength(rows.result, row, column))
        return try value.withMemoryRebound(to: UInt8.self, capacity: length) { start in
            try body(UnsafeBufferPointer(start: start, count: length))
        }
    }

    private func converted<T>(
        _ kind: String, _ parse: (UnsafeBufferPointer<UInt8>) -> T?
    ) throws -> T? {
        try withText { text in
            guard let value = parse(text) else {
                throw PostgresError.decoding("column \"\(name)\" is not \(kind)")
            }
            return value
        }
    }

    private func required<T>(_ kind: String, _ value: T?) throws -> T {
        guard let value else {
            throw PostgresError.decoding("column \"\(name)\" is NULL where \(kind) is expected")
        }
        return value
    }

    private var name: String {
        label ?? PQfname(rows.result, column).map { String(cString: $0) } ?? String(position)
    }
}

func parseInteger(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let first = text.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    guard !isNegative || text.count > 1 else { return nil }
    var value: Int64 = 0
    for byte in text[(isNegative ? 1 : 0)...] {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        let digit = Int64(byte - UInt8(ascii: "0"))
        let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
        let (next, carry) = scaled.subtractingReportingOverflow(digit)
        if overflow || carry { return nil }
        value = next
    }
    guard !isNegative else { return value }
    return value == .min ? nil : -value
}

private func parseBytea(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
    guard text.count >= 2, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x"),
        text.count % 2 == 0
    else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2 - 1)
    for index in stride(from: 2, to: text.count, by: 2) {
        guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return nil }
        bytes.append(high << 4 | low)
    }
    return bytes
}

/// Reads an array literal of one dimension, such as `{a,"b c",NULL}`.
private func parseArray(_ text: UnsafeBufferPointer<UInt8>) -> [String?]? {
    guard text.count >= 2, text[0] == UInt8(ascii: "{"),
        text[text.count - 1] == UInt8(ascii: "}")
    else { return nil }
    var elements: [String?] = []
    var index = 1
    let end = text.count - 1
    while index < end {
        var element: [UInt8] = []
        var isQuoted = false
        if text[index] == UInt8(ascii: "\"") {
            isQuoted = true
            index += 1
            while index < end, text[index] != UInt8(ascii: "\"") {
                if text[index] == UInt8(ascii: "\\") { index += 1 }
                element.append(text[index])
                index += 1
            }
            index += 1
        } else {
            while index < end, text[index] != UInt8(ascii: ",") {
                if text[index] == UInt8(ascii: "{") { return nil }
                element.append(text[index])
                index += 1
            }
        }
        let word = String(decoding: element, as: UTF8.self)
        elements.append(!isQuoted && word == "NULL" ? nil : word)
        guard index >= end || text[index] == UInt8(ascii: ",") else { return nil }
        index += 1
    }
    return elements
}
