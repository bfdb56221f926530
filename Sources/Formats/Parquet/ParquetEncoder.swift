/// Encodes the rows of a binary COPY as a Parquet file.
///
/// The same rows give the same bytes, in whatever chunks.
final class ParquetEncoder: RowEncoder {
    /// When a row group ends.
    struct GroupLimits {
        /// After this many rows.
        var rows: Int64 = 1 << 20
        /// After this much memory of its pages.
        var bytes = 16 << 20
        /// The bytes between checks of the memory.
        var bytesBetweenLooks = 1 << 20
    }

    /// A value of this many bytes is not copied, so it ends its row group.
    static let largeValueBytes = 16 << 20

    /// Values are collected by column in batches of about this many.
    private static let batchValues = 8_192

    private let limits: GroupLimits
    private let bytesBetweenLooks: Int
    private let input: BinaryRows
    private let columns: [ParquetColumnWriter]
    private var metadata: ParquetMetadata
    private let batch: UnsafeMutablePointer<BinaryField>
    private let batchRowsMax: Int
    private var batchRows = 0
    private var groupRows: Int64 = 0
    private var uncheckedBytes = 0
    private var position: Int64 = 0

    var rows: Int64 { metadata.rows + groupRows }

    init(
        _ columns: [ParquetColumn], _ kind: PageCodec.Kind, limits: GroupLimits = GroupLimits()
    ) throws {
        self.limits = limits
        bytesBetweenLooks = min(limits.bytesBetweenLooks, Self.largeValueBytes)
        let codec = try PageCodec(kind)
        input = BinaryRows(columns: columns.count)
        self.columns = columns.map { $0.makeWriter(codec) }
        metadata = ParquetMetadata(columns, kind)
        batchRowsMax = max(1, Self.batchValues / max(1, columns.count))
        batch = .allocate(capacity: max(1, batchRowsMax * columns.count))
    }

    deinit { batch.deallocate() }

    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try begin(output)
        try input.read(bytes) { row in
            if let values = row.baseAddress {
                (batch + batchRows * row.count).update(from: values, count: row.count)
            }
            batchRows += 1
            groupRows += 1
            if let first = row.first, let last = row.last {
                uncheckedBytes += last.bytes.count + (last.start - first.start)
            }
            if groupRows >= limits.rows || uncheckedBytes >= bytesBetweenLooks {
                try endBatch()
                uncheckedBytes = 0
                let buffered = columns.reduce(0) { $0 + $1.bufferedBytes() }
                if groupRows >= limits.rows || buffered >= limits.bytes
                    || columns.contains(where: { $0.holdsLargeValue() })
                {
                    try endGroup(output)
                }
            } else if batchRows == batchRowsMax {
                try endBatch()
            }
        }
        // The values are in bytes that are valid only during this call.
        try endBatch()
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        try begin(output)
        if groupRows > 0 { try endGroup(output) }
        let footer = metadata.footer()
        guard footer.count < 1 << 31 else { throw ParquetFooterTooLong() }
        try write(footer.bytes, output)
    }

    private func begin(_ output: (UnsafeRawBufferPointer) throws -> Void) throws {
        if position == 0 {
            try ParquetMetadata.magic.withUnsafeBytes { try write($0, output) }
        }
    }

    private func endBatch() throws {
        guard batchRows > 0 else { return }
        for (index, column) in columns.enumerated() {
            try column.append(batch + index, batchRows, columns.count)
        }
        batchRows = 0
    }

    private func endGroup(_ output: (UnsafeRawBufferPointer) throws -> Void) throws {
        let start = position
        let chunks = try columns.map { column in
            try column.finish { try write($0, output) }
        }
        metadata.addGroup(chunks, rows: groupRows, at: start)
        groupRows = 0
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try output(bytes)
        position += Int64(bytes.count)
    }
}

/// The footer of a file exceeds the limit of the format.
struct ParquetFooterTooLong: Error, CustomStringConvertible {
    var description: String {
        "the table is too large for one Parquet file: its footer would be larger than 2 GiB. "
            + "Split it into several files, or choose the format csv"
    }
}
