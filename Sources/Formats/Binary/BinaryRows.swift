import Values

/// Parses the rows and values of `COPY … TO STDOUT (FORMAT binary)`.
///
/// It does not check that all rows arrived: the reader compares ``rows`` with the server's count,
/// as the end of the stream may be in another file.
final class BinaryRows {
    /// The number of bytes before the first row.
    static let headerBytes = 19
    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0]

    /// The number of values per row.
    let columns: Int
    /// The rows read so far.
    private(set) var rows: Int64 = 0
    private var isStarted = false
    private var isEnded = false
    private let fields: UnsafeMutablePointer<BinaryField>

    init(columns: Int) {
        self.columns = columns
        // Space for one row, written before it is read.
        fields = .allocate(capacity: max(1, columns))
    }

    deinit { fields.deallocate() }

    /// Passes the rows in these bytes to the body, one by one.
    ///
    /// - Parameters:
    ///   - bytes: Whole messages of COPY: never a part of a row.
    ///   - body: Receives the values of one row, in column order, valid during the call.
    /// - Throws: ``BinaryFormatError``; what the body throws.
    func read(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeBufferPointer<BinaryField>) throws -> Void
    ) throws {
        var cursor = BinaryCursor(bytes)
        if !isStarted, cursor.remaining > 0 {
            try readHeader(&cursor)
            isStarted = true
        }
        while cursor.remaining > 0 {
            guard !isEnded else { throw BinaryFormatError("bytes after the end") }
            let count = try cursor.int16()
            if count == -1 {
                isEnded = true
                continue
            }
            guard Int(count) == columns else {
                throw BinaryFormatError("a row of \(count) values instead of \(columns)")
            }
            for index in 0..<columns { fields[index] = try cursor.field() }
            try body(UnsafeBufferPointer(start: fields, count: columns))
            rows += 1
        }
    }

    private func readHeader(_ cursor: inout BinaryCursor) throws(BinaryFormatError) {
        let signature = try cursor.bytes(Self.signature.count)
        guard signature.elementsEqual(Self.signature) else {
            throw BinaryFormatError("it does not begin with PGCOPY")
        }
        // The upper half of the flags are critical features, of which none exist.
        guard UInt32(bitPattern: try cursor.int32()) >> 16 == 0 else {
            throw BinaryFormatError("its header has unknown flags")
        }
        _ = try cursor.bytes(Int(try cursor.int32()))
    }
}

/// PostgreSQL's data does not match its documentation.
struct BinaryFormatError: Error, Equatable, CustomStringConvertible {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    var description: String {
        "PostgreSQL's binary data cannot be read: \(shown(reason)). Please report it with the "
            + "version of the server, and choose the format csv until then"
    }
}

/// A value of a row, or of an array, as written by its type's send function.
struct BinaryField {
    let start: UnsafeRawPointer
    /// The number of bytes; -1 for null.
    let count: Int

    @inline(__always) var isNull: Bool { count < 0 }

    /// The bytes; empty for null.
    @inline(__always)
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: max(0, count)) }

    /// The bytes as a number of exactly this size.
    @inline(__always)
    func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type = Number.self
    ) throws(BinaryFormatError) -> Number {
        guard count == MemoryLayout<Number>.size else {
            throw BinaryFormatError("a value of \(count) bytes instead of \(Number.bitWidth / 8)")
        }
        return Number(bigEndian: start.loadUnaligned(as: Number.self))
    }

    @inline(__always)
    func bool() throws(BinaryFormatError) -> Bool { try integer(UInt8.self) != 0 }

    @inline(__always)
    func float() throws(BinaryFormatError) -> Float { Float(bitPattern: try integer()) }

    @inline(__always)
    func double() throws(BinaryFormatError) -> Double { Double(bitPattern: try integer()) }

    /// The text of a jsonb value.
    @inline(__always)
    func jsonb() throws(BinaryFormatError) -> UnsafeRawBufferPointer {
        guard count >= 1, start.load(as: UInt8.self) == 1 else {
            throw BinaryFormatError("a jsonb value of an unknown version")
        }
        return UnsafeRawBufferPointer(start: start + 1, count: count - 1)
    }
}

/// Reads numbers and values from bytes, with bounds checks.
struct BinaryCursor {
    private var position: UnsafeRawPointer
    private(set) var remaining: Int

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        // Empty bytes are never read.
        position = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        remaining = bytes.count
    }

    @inline(__always)
    mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type
    ) throws(BinaryFormatError) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw BinaryFormatError("a number is truncated") }
        let number = Number(bigEndian: position.loadUnaligned(as: Number.self))
        position += size
        remaining -= size
        return number
    }

    @inline(__always)
    mutating func int16() throws(BinaryFormatError) -> Int16 { try integer(Int16.self) }

    @inline(__always)
    mutating func int32() throws(BinaryFormatError) -> Int32 { try integer(Int32.self) }

    @inline(__always)
    mutating func bytes(_ count: Int) throws(BinaryFormatError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else {
            throw BinaryFormatError("a value is truncated")
        }
        let bytes = UnsafeRawBufferPointer(start: position, count: count)
        position += count
        remaining -= count
        return bytes
    }

    /// A length and this many bytes, or only the length -1 for null.
    @inline(__always)
    mutating func field() throws(BinaryFormatError) -> BinaryField {
        let count = Int(try int32())
        guard count >= 0 else {
            guard count == -1 else { throw BinaryFormatError("a value of negative length") }
            return BinaryField(start: position, count: -1)
        }
        guard remaining >= count else { throw BinaryFormatError("a value is truncated") }
        defer {
            position += count
            remaining -= count
        }
        return BinaryField(start: position, count: count)
    }
}
