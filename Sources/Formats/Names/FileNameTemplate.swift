internal import Foundation
import Values

/// The file name template of a delivery: text with placeholders, such as
/// `{{export}}-{{table}}-{{now|format:'yyyy-MM-dd'}}`.
///
/// The grammar is described in `docs/formats.md`. Extensions are not part of it.
public struct FileNameTemplate: Sendable, Equatable {
    enum Placeholder: String, CaseIterable, Sendable {
        case now, export, table, run
        case fileNumber = "file_number"
    }

    enum Piece: Sendable, Equatable {
        case text(String)
        case value(Placeholder)
        case time(zone: TimeZone, days: Int, DatePattern)
    }

    /// The original text of the template.
    public let text: String
    private let pieces: [Piece]

    /// The default template.
    static let ofTables = FileNameTemplate(text: "{{table}}", pieces: [.value(.table)])
    /// The same for a single file with all tables.
    static let ofArchives = FileNameTemplate(text: "{{export}}", pieces: [.value(.export)])

    /// The longest file name of file systems, in bytes.
    static let nameBytesMax = 255
    /// The minimum number of bytes for the name of an export or a table; a longer one is truncated.
    static let valueBytesMin = 40

    private init(text: String, pieces: [Piece]) {
        self.text = text
        self.pieces = pieces
    }

    /// - Throws: ``SettingsError/malformed(setting:character:reason:)``
    public init(_ text: String) throws(SettingsError) {
        var parser = FileNameTemplateParser(text)
        self.init(text: text, pieces: try parser.parse())
    }

    func has(_ placeholder: Placeholder) -> Bool { pieces.contains(.value(placeholder)) }

    /// The placeholder values of a run's file names.
    public struct Values: Sendable, Equatable {
        public var export: String
        /// Nil if there is no run yet: then `{{run}}` is kept.
        public var run: Int64?
        /// When the snapshot was taken, in microseconds since 1970-01-01T00:00:00Z.
        public var now: Int64

        public init(export: String, run: Int64?, now: Int64) {
            self.export = export
            self.run = run
            self.now = now
        }
    }

    /// The name of a file, with `{{file_number}}` for its number.
    ///
    /// - Parameters:
    ///   - table: Nil if the file is not of a single table.
    ///   - ending: The extension, with its dot. If the template already ends in it, or in the
    ///     beginning of it, it is not repeated.
    ///   - numbered: Whether it needs a number, which precedes the extension unless the template
    ///     has a placeholder.
    func name(
        of table: TableName?, _ values: Values, ending: String, numbered: Bool
    ) -> String {
        let room = valueBytes(ending: ending, numbered: numbered)
        let stem = pieces(without: ending).map { piece in
            switch piece {
            case .text(let text): text
            case .time(let zone, let days, let pattern):
                pattern.text(
                    of: WallTime(
                        microsecondsSince1970: values.now, in: zone, daysLater: days))
            case .value(.export): FileName.sanitised(values.export, bytesMax: room)
            case .value(.table):
                FileName.sanitised(table?.qualified ?? "", bytesMax: room)
            case .value(.run): values.run.map { "\($0)" } ?? "{{run}}"
            case .value(.fileNumber), .value(.now): FileName.numberMark
            }
        }.joined()
        let isOpen = numbered && !has(.fileNumber)
        return FileName.noDevice(stem + (isOpen ? "." + FileName.numberMark : "") + ending)
    }

    /// Whether the template's text and enough bytes of export and table names fit into 255 bytes.
    func fits(ending: String, numbered: Bool) -> Bool {
        let hasValues = has(.export) || has(.table)
        return valueBytes(ending: ending, numbered: numbered)
            >= (hasValues ? Self.valueBytesMin : 0)
    }

    /// Maximum length of the name of an export or a table.
    private func valueBytes(ending: String, numbered: Bool) -> Int {
        let digitsOfRun = 19
        let digitsOfNumber = 10
        var bytes = ending.utf8.count
        if numbered, !has(.fileNumber) { bytes += digitsOfNumber + 1 }
        var values = 0
        for piece in pieces(without: ending) {
            switch piece {
            case .text(let text): bytes += text.utf8.count
            case .time(_, _, let pattern): bytes += pattern.text(of: .widest).utf8.count
            case .value(.run): bytes += digitsOfRun
            case .value(.fileNumber): bytes += digitsOfNumber
            case .value: values += 1
            }
        }
        return min((Self.nameBytesMax - bytes) / max(values, 1), FileName.bytesMax)
    }

    /// The pieces, without the part of the extension that the template already has.
    private func pieces(without ending: String) -> [Piece] {
        guard case .text(let text)? = pieces.last else { return pieces }
        var known = ending[...]
        while let dot = known.lastIndex(of: ".") {
            if text.lowercased().hasSuffix(known) {
                return pieces.dropLast() + [.text(String(text.dropLast(known.count)))]
            }
            known = known[..<dot]
        }
        return pieces
    }
}
