internal import Formats
import Values

/// Counts the rows of a file from its bytes, in order.
final class RowCount {
    enum Result {
        /// Nil if the number is as expected.
        case counted(VerificationReport.Finding?)
        case notCounted(reason: String)
        case damaged(String)
    }

    /// How much of the end of a Parquet file is kept, which contains the number of rows.
    private static let endBytesMax = 16 << 20

    private let settings: DataTemplateSettings
    private var counter: any RecordCounter
    /// Of a Parquet file, the last bytes.
    private var end: [UInt8] = []

    init(_ settings: DataTemplateSettings) {
        self.settings = settings
        counter = settings.makeRecordCounter()
    }

    func take(_ bytes: UnsafeRawBufferPointer) {
        guard settings.format == .parquet else { return counter.count(bytes) }
        if end.count + bytes.count > 2 * Self.endBytesMax {
            end.removeFirst(max(0, end.count - Self.endBytesMax))
        }
        end += bytes.suffix(Self.endBytesMax)
    }

    func result(expected: Int64, of file: String) -> Result {
        let rows: Int64
        if settings.format == .parquet {
            do {
                guard let count = try rowsOfFooter() else {
                    return .notCounted(reason: "its metadata is larger than 16 MiB")
                }
                rows = count
            } catch {
                return .damaged("\(error)")
            }
        } else {
            rows = counter.records - Int64(settings.headerRecords)
        }
        if rows < 0 { return .damaged("its header line is missing") }
        return .counted(
            rows == expected ? nil : .wrongRows(file: file, expected: expected, actual: rows))
    }

    /// Nil if not all metadata was kept.
    private func rowsOfFooter() throws -> Int64? {
        let trailer = end.suffix(ParquetFooter.trailerBytes)
        guard trailer.count == ParquetFooter.trailerBytes else {
            throw CompressionError.damaged("it is too short for a Parquet file")
        }
        let count = try trailer.withUnsafeBytes { try ParquetFooter.metadataBytes(trailer: $0) }
        let metadata = end.dropLast(trailer.count).suffix(count)
        guard metadata.count == count else {
            if end.count >= Self.endBytesMax { return nil }
            throw CompressionError.damaged("it is too short for a Parquet file")
        }
        return try metadata.withUnsafeBytes { try ParquetFooter.rows(metadata: $0) }
    }
}
