extension DataTemplateSettings {
    /// How a table becomes a Parquet file: from PostgreSQL's binary format.
    func parquetReading(of columns: [TableColumn]) -> TableReading {
        let columns = columns.map(ParquetColumn.init)
        return TableReading(
            asText: columns.map(\.isReadAsText), copyOptions: "WITH (FORMAT binary)",
            preambleBytes: BinaryRows.headerBytes,
            makeEncoder: { [compression] in try ParquetEncoder(columns, compression.pageCodec) })
    }
}

/// The number of rows of a file with a footer; see ``ParquetFooter``.
struct UncountedRecords: RecordCounter {
    let records: Int64 = 0

    mutating func count(_ bytes: UnsafeRawBufferPointer) {}
}
