/// The shape of the rows in a file.
public enum FileFormat: String, Codable, Sendable, CaseIterable {
    /// Comma-separated values as PostgreSQL's COPY writes them (RFC 4180 but for LF line ends).
    case csv
    /// The same with tabs.
    case tsv
    /// The same with pipes.
    case psv
    /// The same with any one character.
    case delimited
    /// One JSON object a line (NDJSON, JSON Lines).
    case ndjson
    /// One JSON array of objects.
    case json
    /// Apache Parquet: columns with their types, compressed by pages.
    case parquet
    /// No file: rows for the tables of a database, in the text that COPY writes and reads.
    case table

    /// What the file's name ends in, with its dot.
    var fileExtension: String {
        switch self {
        case .csv: ".csv"
        case .tsv: ".tsv"
        case .psv: ".psv"
        case .delimited: ".txt"
        case .ndjson: ".ndjson"
        case .json: ".json"
        case .parquet: ".parquet"
        case .table: ""
        }
    }

    /// The delimiter of the format; nil where it must be chosen, or there is none.
    var delimiter: Delimiter? {
        switch self {
        case .csv: .comma
        case .tsv: .tab
        case .psv: .pipe
        default: nil
        }
    }

    /// Whether values stand between delimiters, so that all settings of text apply.
    var isDelimited: Bool { Self.delimitedFormats.contains(self) }

    static let delimitedFormats: [FileFormat] = [.csv, .tsv, .psv, .delimited]
}

/// Which values are put in quotes.
public enum Quoting: String, Codable, Sendable, CaseIterable {
    /// Every value, null among them, and the columns' names.
    case all
    /// Every value that is not null.
    case nonNull = "non_null"
    /// Those that could not be read back otherwise.
    case minimal
    /// Every value that is neither null nor a number, and the columns' names.
    case nonNumeric = "non_numeric"
    /// None. A value that would need them is escaped, or refused where there is no escape.
    case none
}

/// How a quote within quotes is written, and the escape itself.
public enum Escape: String, Codable, Sendable, CaseIterable {
    /// A quote is written twice.
    case doubled
    /// A backslash stands before a quote and before a backslash, and, where nothing is quoted,
    /// before a delimiter and a line end.
    case backslash
}

/// How lines end.
public enum LineEnding: String, Codable, Sendable, CaseIterable {
    /// A line feed alone.
    case lineFeed = "LF"
    /// A carriage return and a line feed, as RFC 4180 asks.
    case carriageReturnLineFeed = "CRLF"

    var bytes: [UInt8] {
        switch self {
        case .lineFeed: [UInt8(ascii: "\n")]
        case .carriageReturnLineFeed: [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        }
    }
}

/// What stands between two values of a row: one character that is no quote, line end or NUL.
public struct Delimiter: Sendable, Hashable {
    public let scalar: Unicode.Scalar

    public static let comma = Delimiter(known: ",")
    public static let tab = Delimiter(known: "\t")
    public static let pipe = Delimiter(known: "|")

    private init(known scalar: Unicode.Scalar) { self.scalar = scalar }

    /// - Returns: nil when `text` is not exactly one allowed code point. (One, because readers
    ///   look for its bytes, and those of several could begin within a value.)
    public init?(_ text: String) {
        let scalars = text.unicodeScalars
        guard let scalar = scalars.first, scalars.count == 1 else { return nil }
        guard !["\"", "\n", "\r", "\0"].contains(scalar) else { return nil }
        self.scalar = scalar
    }

    public var text: String { String(scalar) }
    var bytes: [UInt8] { Array(text.utf8) }
}
