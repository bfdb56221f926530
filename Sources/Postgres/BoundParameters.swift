/// The parameters of one statement in libpq's form: NUL-terminated texts in one buffer.
struct BoundParameters {
    private var buffer: [UInt8] = []
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    /// - Throws: ``PostgresError/misuse(_:)`` for a text that holds a NUL.
    init(_ values: [Value]) throws {
        guard !values.isEmpty else { return }
        guard values.count <= 65_535 else {
            throw PostgresError.misuse(
                "\(values.count) parameters: PostgreSQL accepts at most 65535; pass arrays instead")
        }
        offsets.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        formats.reserveCapacity(values.count)
        for value in values { try bind(value) }
    }

    var count: Int32 { Int32(offsets.count) }

    /// Calls `body` with values, lengths and formats, valid while it runs.
    func withPointers<T>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) throws -> T
    ) rethrows -> T {
        guard !offsets.isEmpty else { return try body(nil, nil, nil) }
        return try buffer.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = offsets.map { $0 < 0 ? nil : start?.advanced(by: $0) }
            return try body(pointers, lengths, formats)
        }
    }

    private mutating func bind(_ value: Value) throws {
        let start = buffer.count
        var isBinary = false
        switch value {
        case .null:
            offsets.append(-1)
            lengths.append(0)
            formats.append(0)
            return
        case .bytes(let bytes):
            buffer.append(contentsOf: bytes)
            isBinary = true
        default:
            try Self.append(value, to: &buffer)
        }
        offsets.append(start)
        lengths.append(Int32(clamping: buffer.count - start))
        formats.append(isBinary ? 1 : 0)
        buffer.append(0)
    }

    private static func append(_ value: Value, to buffer: inout [UInt8]) throws {
        switch value {
        case .null: buffer.append(contentsOf: "NULL".utf8)
        case .text(let text):
            try refuseNUL(in: text)
            buffer.append(contentsOf: text.utf8)
        case .int(let number): buffer.append(contentsOf: String(number).utf8)
        case .bool(let flag): buffer.append(UInt8(ascii: flag ? "t" : "f"))
        case .double(let number): buffer.append(contentsOf: spelling(number).utf8)
        case .bytes(let bytes):
            buffer.append(contentsOf: "\\x".utf8)
            for byte in bytes {
                buffer.append(hexadecimal(byte >> 4))
                buffer.append(hexadecimal(byte & 15))
            }
        case .array(let elements):
            buffer.append(UInt8(ascii: "{"))
            for (index, element) in elements.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: ",")) }
                try appendElement(element, to: &buffer)
            }
            buffer.append(UInt8(ascii: "}"))
        }
    }

    private static func appendElement(_ element: Value, to buffer: inout [UInt8]) throws {
        var raw: [UInt8] = []
        switch element {
        case .text, .bytes: try append(element, to: &raw)
        default: return try append(element, to: &buffer)
        }
        buffer.append(UInt8(ascii: "\""))
        for byte in raw {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                buffer.append(UInt8(ascii: "\\"))
            }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func spelling(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return number.description
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
