public import Foundation
import Values

/// The file settings of a data template.
///
/// In JSON every setting can be omitted; its default applies. Encoding writes all of them, so that
/// a manifest documents the effective settings; except for those that the format does not have, and
/// ``escape``, ``rowNumber`` and ``formulaGuard`` where they are their defaults. ``limits`` are not
/// written: they affect only the speed.
public struct DataTemplateSettings: Sendable, Equatable {
    /// Defaults to CSV.
    public var format: FileFormat = .csv
    /// Whether the first line contains the column names. Defaults to true.
    public var header = true
    /// The delimiter of ``FileFormat/delimited``.
    private var chosenDelimiter: Delimiter?
    /// Defaults to `minimal`.
    public var quote: Quoting = .minimal
    /// Defaults to doubled quotes.
    public var escape: Escape = .doubled
    /// The text for null, quoted only if ``quote`` is `all`. Defaults to an empty text, which
    /// readers can distinguish from an empty string if that is quoted. Checked by ``init(json:)``.
    public private(set) var nullText = ""
    /// Defaults to a line feed.
    public var lineEnding: LineEnding = .lineFeed
    /// The name of an additional first column with row numbers from 1; nil, the default, for none.
    /// Checked by ``init(json:)``.
    public private(set) var rowNumber: String?
    /// Whether an apostrophe is put before values that spreadsheet programs would run as a formula.
    /// Defaults to false: values are unchanged.
    public var formulaGuard = false
    /// Of the pages in a Parquet file, with the default snappy; otherwise of the file as a whole,
    /// with the default none. Or the archive of all files.
    public var compression: Compression = .none
    /// Whether each file in a ZIP file is marked as possibly larger than 4 GiB. Stream readers such
    /// as bsdtar need that to read larger files; others, such as older versions of Java's
    /// `ZipInputStream`, then cannot read smaller ones. Defaults to false.
    public var zip64 = false
    /// Defaults to one file per table.
    public var split: FileSplit?
    /// The encryption of files; nil, the default, for none.
    public var encryption: PGPEncryption?
    /// The file name template; nil, the default, for the names of their tables.
    public private(set) var fileName: FileNameTemplate?
    /// Whether a delivery ends with an empty file `.DONE`. Defaults to false.
    public var successFile = false
    /// Of each run that uses the template. Defaults to none. Checked by ``init(json:)``.
    public private(set) var limits = TransferLimits()
    /// How tables are filled, for the format `table`. Defaults to creating them.
    public var mode: TableMode = .create

    /// Maximum length of `null_text`, in bytes of UTF-8.
    public static let nullTextBytesMax = 64
    /// Maximum length of the name of the row number column: that of PostgreSQL columns.
    public static let rowNumberBytesMax = 63

    /// The default settings.
    public init() {}

    /// The delimiter: that of the format, or the configured one.
    public var delimiter: Delimiter { format.delimiter ?? chosenDelimiter ?? .comma }

    /// Reads settings from the text of a JSON object with snake_case keys.
    ///
    /// - Throws: ``SettingsError`` for an unknown setting, a wrong type or a value that is not
    ///   allowed, by itself or in combination.
    public init(json: Data) throws(SettingsError) {
        try self.init(SettingsReader(json: json, subject: Self.subject, known: Self.known))
        try encryption?.checkOfTemplate()
    }

    /// Reads settings from the text of a JSON object; see ``init(json:)-(Data)``.
    public init(json: String) throws(SettingsError) {
        try self.init(json: Data(json.utf8))
    }

    private init(_ reader: SettingsReader) throws(SettingsError) {
        format = try reader.choice("format", of: FileFormat.self) ?? format
        try Self.checkTable(
            reader, format, known: Self.known, own: CodingKeys.ofTables.map(\.rawValue),
            mode: CodingKeys.mode.rawValue)
        mode = try reader.choice("mode", of: TableMode.self) ?? mode
        if format == .parquet { compression = .snappy }
        compression = try reader.choice("compression", of: Compression.self) ?? compression
        if format != .parquet, compression == .snappy {
            throw .notAllowed(
                setting: "compression", value: compression.rawValue,
                rule: "is only for the format \"parquet\": choose \"zstd\" or \"gzip\"")
        }
        try setZIP64(reader.bool("zip64"))
        split = try reader.value("split").map { json throws(SettingsError) in try FileSplit(json) }
        if case .megabytes? = split, !format.isDelimited {
            throw .notAllowed(
                setting: "split", value: "megabytes",
                rule: "must be by rows for the format \"\(format.rawValue)\"")
        }
        encryption = try PGPEncryption(reader)
        if let text = try reader.string("file_name") { fileName = try FileNameTemplate(text) }
        try checkFileName()
        successFile = try reader.bool("success_file") ?? successFile
        if let json = reader.value("limits") { limits = try TransferLimits(json) }
        guard format.isDelimited else {
            for setting in CodingKeys.ofDelimitedFormats where reader.has(setting.rawValue) {
                throw .notOfFormat(setting: setting.rawValue, format: format.rawValue)
            }
            return
        }
        header = try reader.bool("header") ?? header
        try setDelimiter(reader.string("delimiter"))
        quote = try reader.choice("quote", of: Quoting.self) ?? quote
        escape = try reader.choice("escape", of: Escape.self) ?? escape
        lineEnding = try reader.choice("line_ending", of: LineEnding.self) ?? lineEnding
        formulaGuard = try reader.bool("formula_guard") ?? formulaGuard
        try setRowNumber(reader.name("row_number", orIfTrue: "row_number"))
        if escape == .backslash, delimiter.text == "\\" {
            throw .notAllowed(
                setting: "delimiter", value: "\\",
                rule: "must differ from the escape character")
        }
        if let text = try reader.string("null_text") { try setNullText(text) }
    }

    private mutating func setDelimiter(_ text: String?) throws(SettingsError) {
        let rule = "must be exactly one character, not a quote, line end or NUL"
        guard let text else {
            guard format.delimiter == nil else { return }
            throw .missing(setting: "delimiter", rule: rule + ", for the format \"delimited\"")
        }
        if let own = format.delimiter {
            guard text == own.text else {
                throw .notAllowed(
                    setting: "delimiter", value: text,
                    rule: "must be \"\(shown(own.text))\" for the format \"\(format.rawValue)\" "
                        + "(choose the format \"delimited\" for others)")
            }
            return
        }
        guard let delimiter = Delimiter(text) else {
            throw .notAllowed(setting: "delimiter", value: text, rule: rule)
        }
        chosenDelimiter = delimiter
    }

    /// Sets ``nullText``, which must not break the format: at most 64 bytes, no quote, delimiter
    /// or control character, and no backslash except in `\N` if backslash is the escape.
    public mutating func setNullText(_ text: String) throws(SettingsError) {
        let delimiter = delimiter.scalar
        let isBreaking = text.unicodeScalars.contains {
            $0 == "\"" || $0 == delimiter || $0.properties.generalCategory == .control
        }
        guard !isBreaking, text.utf8.count <= Self.nullTextBytesMax else {
            throw .notAllowed(
                setting: "null_text", value: text,
                rule: "must have at most \(Self.nullTextBytesMax) bytes and no quote, delimiter "
                    + "(\(shown(self.delimiter.text))) or control character")
        }
        guard escape == .doubled || text == "\\N" || !text.unicodeScalars.contains("\\") else {
            throw .notAllowed(
                setting: "null_text", value: text,
                rule: "must not contain a backslash, except \"\\N\", if backslash is the escape")
        }
        nullText = text
    }

    /// Sets ``rowNumber``.
    private mutating func setRowNumber(_ name: String?) throws(SettingsError) {
        guard let name else { return }
        let isPlain = name.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
        guard isPlain, (1...Self.rowNumberBytesMax).contains(name.utf8.count) else {
            throw .notAllowed(
                setting: "row_number", value: name,
                rule: "must be true, false or a name of 1 to \(Self.rowNumberBytesMax) letters "
                    + "(A-Z, a-z), digits, _ and -")
        }
        rowNumber = name
    }

    /// The extension of files, with its dot: `.csv`, `.csv.gz`, `.csv.gz.pgp`. In an archive, that
    /// of its members.
    public var fileExtension: String {
        format.fileExtension + fileCompression.fileExtension
            + (archive == nil ? encryptionExtension : "")
    }

    var encryptionExtension: String { encryption == nil ? "" : ".pgp" }

    /// The compression of each file as a whole: none if its pages are compressed, or in an archive.
    public var fileCompression: Compression {
        format == .parquet || archive != nil ? .none : compression
    }

    private static let subject = "data template"
    private static let known = CodingKeys.allCases.map(\.rawValue)
}

extension DataTemplateSettings: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case format, header, delimiter, quote, escape
        case nullText = "null_text"
        case lineEnding = "line_ending"
        case rowNumber = "row_number"
        case formulaGuard = "formula_guard"
        case compression, zip64, split, limits
        case publicKey = "pgp_public_key"
        case credential = "pgp_credential"
        case key = "pgp_key"
        case fileName = "file_name"
        case successFile = "success_file"
        case mode

        static let ofTables: [CodingKeys] = [.format, .mode, .limits]

        static let ofDelimitedFormats: [CodingKeys] = [
            .header, .delimiter, .quote, .escape, .nullText, .lineEnding, .rowNumber,
            .formulaGuard,
        ]
    }

    /// - Throws: ``SettingsError``, as ``init(json:)-(Data)`` does.
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        try self.init(SettingsReader(value, subject: Self.subject, known: Self.known))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        if format == .table { return try container.encode(mode, forKey: .mode) }
        try container.encode(compression, forKey: .compression)
        if zip64 { try container.encode(true, forKey: .zip64) }
        try container.encodeIfPresent(split, forKey: .split)
        // Only the fingerprint: readers do not need the key.
        try container.encodeIfPresent(encryption?.key, forKey: .key)
        try container.encodeIfPresent(fileName?.text, forKey: .fileName)
        if successFile { try container.encode(true, forKey: .successFile) }
        guard format.isDelimited else { return }
        try container.encode(header, forKey: .header)
        try container.encode(delimiter.text, forKey: .delimiter)
        try container.encode(quote, forKey: .quote)
        if escape != .doubled { try container.encode(escape, forKey: .escape) }
        try container.encode(nullText, forKey: .nullText)
        try container.encode(lineEnding, forKey: .lineEnding)
        try container.encodeIfPresent(rowNumber, forKey: .rowNumber)
        if formulaGuard { try container.encode(true, forKey: .formulaGuard) }
    }
}
