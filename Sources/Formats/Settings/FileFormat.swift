/// The file format.
public enum FileFormat: String, Codable, Sendable, CaseIterable {
    /// Comma-separated values as written by PostgreSQL's COPY (RFC 4180 except for LF line ends).
    case csv
    /// The same with tabs.
    case tsv
    /// The same with pipes.
    case psv
    /// The same with any single character.
    case delimited
    /// One JSON object per line (NDJSON, JSON Lines).
    case ndjson
    /// One JSON array of objects.
    case json
    /// Apache Parquet: columns with their types, compressed by pages.
    case parquet
    /// Not a file: rows for tables of a database, in COPY's text format.
    case table

    /// The extension, with its dot.
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

    /// The delimiter of the format; nil if it must be configured, or if there is none.
    var delimiter: Delimiter? {
        switch self {
        case .csv: .comma
        case .tsv: .tab
        case .psv: .pipe
        default: nil
        }
    }

    /// Whether it is a delimited format, so that all text settings apply.
    var isDelimited: Bool { Self.delimitedFormats.contains(self) }

    static let delimitedFormats: [FileFormat] = [.csv, .tsv, .psv, .delimited]
}

/// Which values are quoted.
public enum Quoting: String, Codable, Sendable, CaseIterable {
    /// All values, including null, and the column names.
    case all
    /// All values except null.
    case nonNull = "non_null"
    /// Only values that need quotes.
    case minimal
    /// All values except null and numbers, and the column names.
    case nonNumeric = "non_numeric"
    /// None. A value that needs them is escaped, or rejected without an escape.
    case none
}

/// How quotes and the escape itself are escaped.
public enum Escape: String, Codable, Sendable, CaseIterable {
    /// A quote is doubled.
    case doubled
    /// A backslash before a quote and a backslash, and, without quoting, before a delimiter and a
    /// line end.
    case backslash
}

/// How lines end.
public enum LineEnding: String, Codable, Sendable, CaseIterable {
    /// A line feed alone.
    case lineFeed = "LF"
    /// A carriage return and a line feed, as in RFC 4180.
    case carriageReturnLineFeed = "CRLF"

    var bytes: [UInt8] {
        switch self {
        case .lineFeed: [UInt8(ascii: "\n")]
        case .carriageReturnLineFeed: [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        }
    }
}

/// The delimiter of values: one character, not a quote, line end or NUL.
public struct Delimiter: Sendable, Hashable {
    public let scalar: Unicode.Scalar

    public static let comma = Delimiter(known: ",")
    public static let tab = Delimiter(known: "\t")
    public static let pipe = Delimiter(known: "|")

    private init(known scalar: Unicode.Scalar) { self.scalar = scalar }

    /// - Returns: nil if `text` is not exactly one allowed code point. (One, because readers look
    ///   for its bytes, and those of several could begin within a value.)
    public init?(_ text: String) {
        let scalars = text.unicodeScalars
        guard let scalar = scalars.first, scalars.count == 1 else { return nil }
        guard !["\"", "\n", "\r", "\0"].contains(scalar) else { return nil }
        self.scalar = scalar
    }

    public var text: String { String(scalar) }
    var bytes: [UInt8] { Array(text.utf8) }
}
