/// Reads the footer of a Parquet file.
public enum ParquetFooter {
    /// The number of bytes after the metadata: their length and `PAR1`.
    public static let trailerBytes = 8

    /// The size of the metadata.
    ///
    /// - Parameter end: The last ``trailerBytes`` of a file.
    /// - Throws: ``CompressionError/damaged(_:)``
    public static func metadataBytes(
        trailer end: UnsafeRawBufferPointer
    ) throws(CompressionError) -> Int {
        guard end.count == trailerBytes, end.suffix(4).elementsEqual(ParquetMetadata.magic) else {
            throw .damaged("it does not end like a Parquet file")
        }
        return Int(UInt32(littleEndian: end.loadUnaligned(as: UInt32.self)))
    }

    /// The number of rows of the file.
    ///
    /// - Throws: ``CompressionError/damaged(_:)``
    public static func rows(
        metadata: UnsafeRawBufferPointer
    ) throws(CompressionError) -> Int64 {
        var reader = ThriftReader(metadata)
        var number = 0
        while let kind = try reader.header(&number) {
            if number == 3, kind == 6 { return try reader.zigzag() }
            try reader.skip(kind, depth: 0)
        }
        throw .damaged("its metadata does not contain the number of rows")
    }
}

/// Reads Thrift's compact protocol, as far as needed to skip other fields.
private struct ThriftReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The type of the next field; nil at the end of the structure.
    mutating func header(_ number: inout Int) throws(CompressionError) -> UInt8? {
        let byte = try byte()
        guard byte != 0 else { return nil }
        if byte >> 4 == 0 {
            number = Int(truncatingIfNeeded: try zigzag())
        } else {
            number &+= Int(byte >> 4)
        }
        return byte & 15
    }

    mutating func zigzag() throws(CompressionError) -> Int64 {
        let value = try variable()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func skip(_ kind: UInt8, depth: Int) throws(CompressionError) {
        guard depth < 32 else { throw .damaged("its metadata is nested too deep") }
        switch kind {
        case 1, 2: break
        case 3: try skip(bytes: 1)
        case 4, 5, 6: _ = try variable()
        case 7: try skip(bytes: 8)
        case 8: try skip(bytes: try variable())
        case 9, 10:
            let first = try byte()
            var count = UInt64(first >> 4)
            if count == 15 { count = try variable() }
            guard count <= UInt64(bytes.count - position) else {
                throw .damaged("its metadata is truncated")
            }
            for _ in 0..<count {
                // Boolean elements have one byte each.
                if first & 15 <= 2 {
                    try skip(bytes: 1)
                } else {
                    try skip(first & 15, depth: depth + 1)
                }
            }
        case 12:
            var number = 0
            while let kind = try header(&number) { try skip(kind, depth: depth + 1) }
        default: throw .damaged("its metadata has a field of unknown type")
        }
    }

    private mutating func skip(bytes count: UInt64) throws(CompressionError) {
        guard count <= UInt64(bytes.count - position) else {
            throw .damaged("its metadata is truncated")
        }
        position += Int(count)
    }

    private mutating func byte() throws(CompressionError) -> UInt8 {
        guard position < bytes.count else { throw .damaged("its metadata is truncated") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func variable() throws(CompressionError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .damaged("its metadata has a number of more than 64 bits")
    }
}
