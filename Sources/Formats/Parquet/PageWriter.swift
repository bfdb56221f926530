/// Writes the pages of one column chunk, compressed, into memory.
final class PageWriter {
    /// The contents of a page.
    struct Page {
        /// Values, nulls and empty lists.
        let count: Int
        /// One byte each; empty if they cannot differ.
        let definitions: UnsafeRawBufferPointer
        let repetitions: UnsafeRawBufferPointer
        /// In plain encoding, but with a byte for each boolean; or dictionary indices.
        let values: UnsafeRawBufferPointer
        /// The number of dictionary entries, if values are indices.
        let dictionaryCount: Int?
    }

    /// Numbers of the metadata.
    enum Encoding: Int32 {
        case plain = 0
        case runs = 3
        case dictionary = 8
    }

    /// The data pages so far.
    let bytes = GrowingBytes()
    private let column: ParquetColumn
    private let codec: PageCodec
    private let body = GrowingBytes()
    /// The last page of the chunk, if its only value is large: the bytes before the value, and the
    /// value itself, which is not copied.
    private var large: (head: GrowingBytes, value: UnsafeRawBufferPointer)?
    private var chunk = ColumnChunk()

    init(_ column: ParquetColumn, _ codec: PageCodec) {
        self.column = column
        self.codec = codec
    }

    /// - Throws: ``CompressionError``, ``UnrepresentableValue``
    func append(_ page: Page) throws {
        beginBody(of: page)
        if let count = page.dictionaryCount {
            let width = HybridRuns.width(of: max(0, count - 1))
            body.append(UInt8(truncatingIfNeeded: width))
            HybridRuns.append(
                page.values.bindMemory(to: UInt32.self), width: width, to: body)
        } else if column.type == .bool {
            appendBits(page.values)
        } else {
            chunk.hasPlainPages = true
            body.append(page.values)
        }
        if column.type == .bool { chunk.hasPlainPages = true }
        let encoding: Encoding = page.dictionaryCount == nil ? .plain : .dictionary
        try write(to: bytes) { Self.describe(values: page.count, encoding, in: &$0) }
        chunk.values += Int64(page.count)
    }

    /// Adds a page with one value that is not copied: it must stay valid until the chunk is
    /// finished, and no other page may follow.
    ///
    /// - Throws: ``UnrepresentableValue``
    func hold(_ value: UnsafeRawBufferPointer, in page: Page) throws {
        beginBody(of: page)
        let head = GrowingBytes()
        head.append(body.bytes)
        head.append(number: UInt32(truncatingIfNeeded: value.count).littleEndian)
        try requirePage(of: head.count + value.count)
        large = (head, value)
        chunk.hasPlainPages = true
        chunk.values += Int64(page.count)
    }

    private func beginBody(of page: Page) {
        body.removeAll()
        if column.isList { appendLevels(page.repetitions, width: 1) }
        let most = (column.isList ? 2 : 0) + (column.isNullable ? 1 : 0)
        if most > 0 { appendLevels(page.definitions, width: HybridRuns.width(of: most)) }
    }

    private static func describe(
        values: Int, _ encoding: Encoding, in header: inout ThriftWriter
    ) {
        header.field(5) { data in
            data.field(1, Int32(truncatingIfNeeded: values))
            data.field(2, encoding.rawValue)
            data.field(3, Encoding.runs.rawValue)
            data.field(4, Encoding.runs.rawValue)
        }
    }

    /// Passes on the dictionary, if there is one, and the pages. Starts the next chunk.
    func finish(
        _ dictionary: (page: UnsafeRawBufferPointer, count: Int)?,
        into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ColumnChunk {
        if let dictionary {
            let first = GrowingBytes()
            body.removeAll()
            body.append(dictionary.page)
            try write(to: first, type: 2) { header in
                header.field(7) { page in
                    page.field(1, Int32(truncatingIfNeeded: dictionary.count))
                    page.field(2, Encoding.plain.rawValue)
                }
            }
            chunk.dictionaryBytes = Int64(first.count)
            try output(first.bytes)
        }
        try output(bytes.bytes)
        chunk.bytes = chunk.dictionaryBytes + Int64(bytes.count)
        bytes.removeAll()
        if let (head, value) = large {
            large = nil
            try write([head.bytes, value], into: output)
        }
        defer { chunk = ColumnChunk() }
        return chunk
    }

    private func write(
        to target: GrowingBytes, type: Int32 = 0, _ particulars: (inout ThriftWriter) -> Void
    ) throws {
        try requirePage(of: body.count)
        let page = body.bytes
        let compressed = try codec.compressed(page)
        let before = target.count
        var header = ThriftWriter(target)
        header.structure { header in
            header.field(1, type)
            header.field(2, Int32(truncatingIfNeeded: page.count))
            header.field(3, Int32(truncatingIfNeeded: compressed.count))
            particulars(&header)
        }
        chunk.bytesUncompressed += Int64(target.count - before + page.count)
        target.append(compressed)
    }

    /// Writes a page of one value in these parts. Its compressed length comes first: if the
    /// compressed bytes would take more than half the memory of the value, it is compressed twice,
    /// to measure and to write it.
    private func write(
        _ parts: [UnsafeRawBufferPointer], into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let size = parts.reduce(0) { $0 + $1.count }
        var kept: [[UInt8]]? = codec.kind == .uncompressed ? nil : []
        var compressedSize = 0
        if codec.kind == .uncompressed {
            compressedSize = size
        } else {
            try codec.compress(parts) { piece in
                compressedSize += piece.count
                if compressedSize > size / 2 { kept = nil }
                kept?.append(Array(piece))
            }
        }
        try requirePage(of: compressedSize)
        let head = GrowingBytes()
        var header = ThriftWriter(head)
        header.structure { header in
            header.field(1, Int32(0))
            header.field(2, Int32(truncatingIfNeeded: size))
            header.field(3, Int32(truncatingIfNeeded: compressedSize))
            Self.describe(values: 1, .plain, in: &header)
        }
        try output(head.bytes)
        if let kept {
            for piece in kept { try piece.withUnsafeBytes(output) }
        } else {
            try codec.compress(parts, into: output)
        }
        chunk.bytes += Int64(head.count + compressedSize)
        chunk.bytesUncompressed += Int64(head.count + size)
    }

    private func requirePage(of bytes: Int) throws {
        guard bytes <= Int32.max else {
            throw UnrepresentableValue(
                column: column.name, value: "a value of more than 2 GiB", target: "a Parquet page",
                wayOut: "choose the format csv")
        }
    }

    private func appendLevels(_ levels: UnsafeRawBufferPointer, width: Int) {
        // Their length comes first, but is known last.
        let start = body.count
        body.append(number: UInt32(0))
        HybridRuns.append(levels.bindMemory(to: UInt8.self), width: width, to: body)
        let length = UInt32(truncatingIfNeeded: body.count - start - 4)
        body.start.storeBytes(of: length.littleEndian, toByteOffset: start, as: UInt32.self)
    }

    private func appendBits(_ values: UnsafeRawBufferPointer) {
        body.append(room: (values.count + 7) / 8) { target in
            for index in target.indices {
                var byte: UInt8 = 0
                for bit in 0..<min(8, values.count - 8 * index) {
                    byte |= values[8 * index + bit] << bit
                }
                target[index] = byte
            }
            return target.count
        }
    }
}
