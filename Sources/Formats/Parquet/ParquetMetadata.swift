/// The metadata at the end of a Parquet file. Row groups are kept encoded, so that many of them
/// take little memory.
struct ParquetMetadata {
    static let magic: [UInt8] = Array("PAR1".utf8)
    /// Identifies the writer; changes whenever the same rows would give other bytes.
    private static let createdBy = "Ferry version 1.0.0"

    private let columns: [ParquetColumn]
    private let codec: PageCodec.Kind
    private let groups = GrowingBytes()
    private var groupCount = 0
    private(set) var rows: Int64 = 0

    init(_ columns: [ParquetColumn], _ codec: PageCodec.Kind) {
        self.columns = columns
        self.codec = codec
    }

    /// - Parameters:
    ///   - position: The offset of the group in the file.
    ///   - chunks: One for each column.
    mutating func addGroup(_ chunks: [ColumnChunk], rows: Int64, at position: Int64) {
        var writer = ThriftWriter(groups)
        writer.structure { group in
            group.structures(1, chunks.count)
            var start = position
            for (column, chunk) in zip(columns, chunks) {
                group.structure { write(column, chunk, at: start, &$0) }
                start += chunk.bytes
            }
            group.field(2, chunks.reduce(0) { $0 + $1.bytesUncompressed })
            group.field(3, rows)
            group.field(5, position)
            group.field(6, start - position)
        }
        groupCount += 1
        self.rows += rows
    }

    /// The metadata, its length and the magic number: the end of the file.
    func footer() -> GrowingBytes {
        let output = GrowingBytes()
        var writer = ThriftWriter(output)
        writer.structure { file in
            file.field(1, Int32(2))
            let leaves = columns.reduce(1) { $0 + ($1.isList ? 3 : 1) }
            file.structures(2, leaves)
            file.structure { root in
                root.field(4, "schema")
                root.field(5, Int32(truncatingIfNeeded: columns.count))
            }
            for column in columns { column.writeSchema(&file) }
            file.field(3, rows)
            file.structures(4, groupCount)
            output.append(groups.bytes)
            file.field(6, Self.createdBy)
            file.structures(7, columns.count)
            // Each in the order of its type.
            for _ in columns { file.structure { $0.field(1) } }
        }
        output.append(number: UInt32(truncatingIfNeeded: output.count).littleEndian)
        Self.magic.withUnsafeBytes { output.append($0) }
        return output
    }

    private func write(
        _ column: ParquetColumn, _ chunk: ColumnChunk, at start: Int64,
        _ writer: inout ThriftWriter
    ) {
        writer.field(2, Int64(0))
        writer.field(3) { data in
            data.field(1, column.type.physical.rawValue)
            var encodings = [PageWriter.Encoding.runs.rawValue]
            if chunk.hasPlainPages || chunk.dictionaryBytes > 0 {
                encodings.append(PageWriter.Encoding.plain.rawValue)
            }
            if chunk.dictionaryBytes > 0 {
                encodings.append(PageWriter.Encoding.dictionary.rawValue)
            }
            data.list(2, encodings)
            data.list(3, column.isList ? [column.name, "list", "element"] : [column.name])
            data.field(4, codec.rawValue)
            data.field(5, chunk.values)
            data.field(6, chunk.bytesUncompressed)
            data.field(7, chunk.bytes)
            data.field(9, start + chunk.dictionaryBytes)
            if chunk.dictionaryBytes > 0 { data.field(11, start) }
            data.field(12) { statistics in
                statistics.field(3, chunk.nulls)
                guard let bounds = chunk.bounds else { return }
                statistics.field(5, bounds.greatest)
                statistics.field(6, bounds.least)
                statistics.field(7, bounds.greatestIsExact)
                statistics.field(8, bounds.leastIsExact)
            }
        }
    }
}

extension ParquetColumn {
    private enum Repetition: Int32 {
        case required = 0
        case optional = 1
        case repeated = 2
    }

    /// The schema elements of a column.
    fileprivate func writeSchema(_ writer: inout ThriftWriter) {
        let repetition: Repetition = isNullable ? .optional : .required
        guard isList else { return writeLeaf(name, repetition, &writer) }
        writer.structure { list in
            list.field(3, repetition.rawValue)
            list.field(4, name)
            list.field(5, Int32(1))
            list.field(6, Int32(3))  // LIST, for readers without logical types
            list.field(10) { $0.field(3) }
        }
        writer.structure { repeated in
            repeated.field(3, Repetition.repeated.rawValue)
            repeated.field(4, "list")
            repeated.field(5, Int32(1))
        }
        writeLeaf("element", .optional, &writer)
    }

    private func writeLeaf(
        _ name: String, _ repetition: Repetition, _ writer: inout ThriftWriter
    ) {
        writer.structure { leaf in
            leaf.field(1, type.physical.rawValue)
            if type.physical == .fixedByteArray, let bytes = type.fixedBytes {
                leaf.field(2, Int32(truncatingIfNeeded: bytes))
            }
            leaf.field(3, repetition.rawValue)
            leaf.field(4, name)
            if let converted = type.converted { leaf.field(6, converted) }
            if case .decimal(let precision, let scale) = type {
                leaf.field(7, Int32(truncatingIfNeeded: scale))
                leaf.field(8, Int32(truncatingIfNeeded: precision))
            }
            if type.isAnnotated { leaf.field(10) { type.writeLogical(&$0) } }
        }
    }
}

extension ParquetType {
    /// For readers without logical types.
    fileprivate var converted: Int32? {
        switch self {
        case .text, .numericText: 0
        case .decimal: 5
        case .date: 6
        case .timestamptz: 10
        case .int16: 16
        case .json, .jsonb: 19
        default: nil
        }
    }

    fileprivate var isAnnotated: Bool {
        switch self {
        case .bool, .int32, .int64, .oid, .float, .double, .bytes: false
        default: true
        }
    }

    fileprivate func writeLogical(_ union: inout ThriftWriter) {
        func writeTime(_ time: inout ThriftWriter, isUTC: Bool) {
            time.field(1, isUTC)
            time.field(2) { $0.field(2) }  // microseconds
        }
        switch self {
        case .text, .numericText: union.field(1)
        case .decimal(let precision, let scale):
            union.field(5) { decimal in
                decimal.field(1, Int32(truncatingIfNeeded: scale))
                decimal.field(2, Int32(truncatingIfNeeded: precision))
            }
        case .date: union.field(6)
        case .time: union.field(7) { writeTime(&$0, isUTC: false) }
        case .timestamp: union.field(8) { writeTime(&$0, isUTC: false) }
        case .timestamptz: union.field(8) { writeTime(&$0, isUTC: true) }
        case .int16:
            union.field(10) { integer in
                integer.field(1, Int8(16))
                integer.field(2, true)
            }
        case .json, .jsonb: union.field(12)
        case .uuid: union.field(14)
        case .bool, .int32, .int64, .oid, .float, .double, .bytes: break
        }
    }
}
