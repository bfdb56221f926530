#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A value of COPY with every value quoted.
struct QuotedValue {
    /// The text between the quotes, with doubled quotes; nil for null.
    let text: UnsafeBufferPointer<UInt8>?

    /// The same including its quotes.
    var quoted: UnsafeBufferPointer<UInt8>? {
        text.map { UnsafeBufferPointer(start: $0.baseAddress.map { $0 - 1 }, count: $0.count + 2) }
    }
}

/// Reads whole rows of a COPY with ``copyOptions``: the text format that is fastest to search, with
/// unambiguous nulls.
struct QuotedRowReader {
    static let copyOptions = """
        WITH (FORMAT csv, HEADER false, DELIMITER ',', NULL '', QUOTE '"', ESCAPE '"', \
        FORCE_QUOTE *, ENCODING 'UTF8')
        """

    private static let quote = UInt8(ascii: "\"")

    private var position: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    /// - Returns: nil if there are no bytes.
    init?(_ rows: UnsafeRawBufferPointer) {
        let bytes = rows.bindMemory(to: UInt8.self)
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
        position = start
        end = start + bytes.count
    }

    var isAtEnd: Bool { position == end }

    /// Reads the next value of a row and its terminator.
    ///
    /// - Throws: ``UnexpectedRow`` if the bytes are not COPY's format.
    mutating func value(isLast: Bool) throws -> QuotedValue {
        guard position < end else { throw UnexpectedRow() }
        guard position.pointee == Self.quote else {
            try skip(isLast)
            return QuotedValue(text: nil)
        }
        let start = position + 1
        var close = start
        while true {
            guard let found = memchr(close, Int32(Self.quote), end - close) else {
                throw UnexpectedRow()
            }
            close = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            guard close + 1 < end, close[1] == Self.quote else { break }
            close += 2
        }
        position = close + 1
        try skip(isLast)
        return QuotedValue(text: UnsafeBufferPointer(start: start, count: close - start))
    }

    /// Reads a row without columns.
    mutating func emptyRow() throws { try skip(true) }

    private mutating func skip(_ isLast: Bool) throws {
        let expected = isLast ? UInt8(ascii: "\n") : UInt8(ascii: ",")
        guard position < end, position.pointee == expected else { throw UnexpectedRow() }
        position += 1
    }
}

/// COPY did not send rows with the expected columns.
struct UnexpectedRow: Error, CustomStringConvertible {
    var description: String { "the rows sent by COPY cannot be parsed" }
}
