/// A file format that PostgreSQL's `COPY … TO STDOUT` writes by itself.
public protocol CopyFormat: Sendable {
    /// What follows `TO STDOUT`: `WITH (FORMAT csv, …)`. All literals are quoted; it does not
    /// depend on any setting of the session but `client_encoding`, which it sets to UTF8.
    var copyOptions: String { get }

    /// How many of the COPY messages come before the first row: 1 with a header, else 0.
    /// The rows of a COPY are its messages less these.
    var headerMessages: Int { get }

    /// A counter of the records in a file of this format, the header among them.
    func makeRecordCounter() -> any RecordCounter
}

/// Counts the records of a file whose bytes it is shown in order, in chunks of any size.
public protocol RecordCounter {
    /// Looks at the next bytes.
    mutating func count(_ bytes: UnsafeRawBufferPointer)

    /// The number of records so far. A last one without a line end counts.
    var records: Int64 { get }
}

extension DataTemplateSettings {
    /// How COPY writes files with these settings.
    public var copyFormat: any CopyFormat {
        switch format {
        case .csv: CSVCopyFormat(settings: self)
        case .parquet: ParquetCopyFormat()
        }
    }

    /// How a table with these columns becomes a file with these settings.
    public func reading(of columns: [TableColumn]) -> TableReading {
        if format == .parquet { return ParquetCopyFormat.reading(of: columns, compression) }
        let format = copyFormat
        return TableReading(
            copyOptions: format.copyOptions, messagesBesideRows: format.headerMessages)
    }
}
