public import Foundation

/// The file settings of a data template: how a table becomes a file.
///
/// As JSON every setting may be left out; its default applies. Encoding writes all of them, so
/// that what was in force can be read from a manifest later.
public struct DataTemplateSettings: Sendable, Equatable {
    /// Defaults to CSV.
    public var format: FileFormat = .csv
    /// Whether the first line holds the columns' names. Defaults to true.
    public var header = true
    /// A comma, the only one there is for CSV.
    public var delimiter: Delimiter = .comma
    /// Defaults to `minimal`.
    public var quote: Quoting = .minimal
    /// What stands for null, never quoted. Defaults to nothing at all, which CSV readers can tell
    /// from an empty string because that is quoted. Checked by ``init(json:)``.
    public private(set) var nullText = ""
    /// Of the pages in a Parquet file, where it defaults to snappy; else of the file as a whole,
    /// where it defaults to none.
    public var compression: Compression = .none
    /// A line feed.
    public var lineEnding: LineEnding = .lineFeed

    /// The longest `null_text`, in bytes of UTF-8.
    public static let nullTextBytesMax = 64

    /// The default settings.
    public init() {}

    /// Reads settings from the text of a JSON object with snake_case keys.
    ///
    /// - Throws: ``SettingsError`` for an unknown setting, a wrong type or a value that is not
    ///   allowed.
    public init(json: Data) throws(SettingsError) {
        try self.init(SettingsReader(json: json, subject: Self.subject, known: Self.known))
    }

    /// Reads settings from the text of a JSON object; see ``init(json:)-(Data)``.
    public init(json: String) throws(SettingsError) {
        try self.init(json: Data(json.utf8))
    }

    private init(_ reader: SettingsReader) throws(SettingsError) {
        format = try reader.choice("format", of: FileFormat.self) ?? format
        header = try reader.bool("header") ?? header
        delimiter = try reader.choice("delimiter", of: Delimiter.self) ?? delimiter
        quote = try reader.choice("quote", of: Quoting.self) ?? quote
        if format == .parquet { compression = .snappy }
        compression = try reader.choice("compression", of: Compression.self) ?? compression
        if format != .parquet, [.snappy, .zstd].contains(compression) {
            throw .notAllowed(
                setting: "compression", value: compression.rawValue,
                rule: "must be \"none\" or \"gzip\" unless the format is \"parquet\"")
        }
        lineEnding = try reader.choice("line_ending", of: LineEnding.self) ?? lineEnding
        if let text = try reader.string("null_text") { try setNullText(text) }
    }

    /// Sets ``nullText``, which must not break the format: at most 64 bytes, no quote, comma or
    /// control character.
    public mutating func setNullText(_ text: String) throws(SettingsError) {
        let isBreaking = text.unicodeScalars.contains {
            $0 == "\"" || $0 == "," || $0.properties.generalCategory == .control
        }
        guard !isBreaking, text.utf8.count <= Self.nullTextBytesMax else {
            throw .notAllowed(
                setting: "null_text", value: text,
                rule: "must have at most \(Self.nullTextBytesMax) bytes and no quote, comma or "
                    + "control character")
        }
        nullText = text
    }

    /// What the names of files end in, with its dot: `.csv`, `.csv.gz`.
    public var fileExtension: String { format.fileExtension + fileCompression.fileExtension }

    /// How the file as a whole is compressed: not at all where its pages are.
    public var fileCompression: Compression { format == .parquet ? .none : compression }

    private static let subject = "data template"
    private static let known = CodingKeys.allCases.map(\.rawValue)
}

extension DataTemplateSettings: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case format, header, delimiter, quote
        case nullText = "null_text"
        case compression
        case lineEnding = "line_ending"
    }

    /// - Throws: ``SettingsError``, as ``init(json:)-(Data)`` does.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        try self.init(SettingsReader(value, subject: Self.subject, known: Self.known))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(header, forKey: .header)
        try container.encode(delimiter, forKey: .delimiter)
        try container.encode(quote, forKey: .quote)
        try container.encode(nullText, forKey: .nullText)
        try container.encode(compression, forKey: .compression)
        try container.encode(lineEnding, forKey: .lineEnding)
    }
}
