/// Parquet, made of PostgreSQL's binary format, which no COPY can write by itself.
struct ParquetCopyFormat: CopyFormat {
    let copyOptions = "WITH (FORMAT binary)"
    let headerMessages = 0

    func makeRecordCounter() -> any RecordCounter { UncountedRecords() }

    /// How a table with these columns becomes a Parquet file with pages compressed so.
    static func reading(of columns: [TableColumn], _ compression: Compression) -> TableReading {
        let columns = columns.map(ParquetColumn.init)
        return TableReading(
            casts: columns.map(\.cast), copyOptions: ParquetCopyFormat().copyOptions,
            makeEncoder: { try ParquetEncoder(columns, compression.pageCodec) })
    }
}

/// The rows of a file that tells them at its end; see ``ParquetFooter``.
private struct UncountedRecords: RecordCounter {
    let records: Int64 = 0

    mutating func count(_ bytes: UnsafeRawBufferPointer) {}
}
