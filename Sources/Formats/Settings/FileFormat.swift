/// The shape of the rows in a file.
public enum FileFormat: String, Codable, Sendable, CaseIterable {
    /// Comma-separated values as PostgreSQL's COPY writes them (RFC 4180 but for LF line ends).
    case csv
    /// Apache Parquet: columns with their types, compressed by pages.
    case parquet

    /// What the file's name ends in, with its dot.
    var fileExtension: String {
        switch self {
        case .csv: ".csv"
        case .parquet: ".parquet"
        }
    }
}

/// Which values are put in quotes.
public enum Quoting: String, Codable, Sendable, CaseIterable {
    /// Those that could not be read back otherwise.
    case minimal
    /// Every value that is not null.
    case nonNull = "non_null"
}

/// How lines end.
public enum LineEnding: String, Codable, Sendable, CaseIterable {
    /// A line feed alone.
    case lineFeed = "LF"
}

/// What stands between two values of a row.
public enum Delimiter: String, Codable, Sendable, CaseIterable {
    case comma = ","
}
