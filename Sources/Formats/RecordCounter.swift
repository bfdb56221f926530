/// Counts the records of a file from its bytes, in order, in chunks of any size.
public protocol RecordCounter {
    /// Scans the next bytes.
    mutating func count(_ bytes: UnsafeRawBufferPointer)

    /// The number of records so far. A last one without a line end counts.
    var records: Int64 { get }
}

extension DataTemplateSettings {
    /// A counter of the records of a file with these settings, including the header.
    public func makeRecordCounter() -> any RecordCounter {
        switch format {
        case .csv, .tsv, .psv, .delimited: DelimitedRecordCounter(escape: escape)
        case .ndjson, .json: JSONRecordCounter(isArray: format == .json)
        case .parquet, .table: UncountedRecords()
        }
    }

    /// The number of records that are not rows: 1 with a header, otherwise 0.
    public var headerRecords: Int { format.isDelimited && header ? 1 : 0 }

    /// How a table with these columns becomes a file with these settings.
    public func reading(of columns: [TableColumn]) -> TableReading {
        switch format {
        case .csv, .tsv, .psv, .delimited: delimitedReading(of: columns)
        case .ndjson, .json: jsonReading(of: columns)
        case .parquet: parquetReading(of: columns)
        case .table: tableReading
        }
    }

    private func jsonReading(of columns: [TableColumn]) -> TableReading {
        TableReading(copyOptions: QuotedRowReader.copyOptions) { [format] in
            JSONRowEncoder(columns: columns, isArray: format == .json)
        }
    }
}
