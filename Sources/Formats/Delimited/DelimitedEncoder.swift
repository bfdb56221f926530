import Values

/// Encodes rows in the form of ``QuotedRowReader/copyOptions`` as a delimited file.
final class DelimitedEncoder: RowEncoder {
    private(set) var rows: Int64 = 0
    private let names: [String]
    private let styles: [DelimitedValueWriter.Style]
    private let header: DelimitedValueWriter.Style?
    private let rowNumber: String?
    private let rowNumberStyle: DelimitedValueWriter.Style
    private let isGuarded: [Bool]
    private let guardsNames: Bool
    private var writer: DelimitedValueWriter
    private var isBegun = false

    init(settings: DataTemplateSettings, columns: [TableColumn]) {
        names = columns.map(\.name)
        styles = columns.map { settings.quote.style(isNumber: $0.valueType.isNumber) }
        header = settings.header ? settings.quote.styleOfNames : nil
        guardsNames = settings.formulaGuard
        // A number, even a negative one, is a number to a spreadsheet program, too.
        isGuarded = columns.map { settings.formulaGuard && !$0.valueType.isNumber }
        rowNumber = settings.rowNumber
        rowNumberStyle = settings.quote.style(isNumber: true)
        let values = columns.count + (rowNumber == nil ? 0 : 1)
        writer = DelimitedValueWriter(settings, isAlone: values == 1)
    }

    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard var reader = QuotedRowReader(bytes) else { return }
        try begin(output)
        // Passed as an argument, because each use of an object's variable costs a check.
        try writeRows(&reader, &writer, output)
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        try begin(output)
        try writer.finish(output)
    }

    private func begin(_ output: OutputBuffer.Output) throws {
        guard !isBegun else { return }
        isBegun = true
        guard let header else { return }
        let names = [rowNumber].compactMap { $0 } + names
        for (index, name) in names.enumerated() {
            if index > 0 { try writer.writeDelimiter(output) }
            let name = guardsNames && Formula.begins(with: name.utf8.first) ? "'" + name : name
            try write(quoted(name), of: name, header, &writer, output)
        }
        try writer.writeLineEnd(output)
    }

    private func writeRows(
        _ reader: inout QuotedRowReader, _ writer: inout DelimitedValueWriter,
        _ output: OutputBuffer.Output
    ) throws {
        let styles = styles
        while !reader.isAtEnd {
            if let rowNumber {
                let quoted = Array("\"\(rows + 1)\"".utf8)
                try write(quoted, of: rowNumber, rowNumberStyle, &writer, output)
            }
            if styles.isEmpty { try reader.emptyRow() }
            for index in styles.indices {
                if index > 0 || rowNumber != nil { try writer.writeDelimiter(output) }
                let value = try reader.value(isLast: index == styles.count - 1)
                if isGuarded[index], Formula.begins(with: value.text?.first) {
                    var guarded = Array("\"'".utf8)
                    if let text = value.text { guarded += text }
                    guarded.append(UInt8(ascii: "\""))
                    try write(guarded, of: names[index], styles[index], &writer, output)
                    continue
                }
                guard try writer.write(value, styles[index], output) else {
                    throw SettingsError.unquotableValue(column: names[index], row: rows + 1)
                }
            }
            try writer.writeLineEnd(output)
            rows += 1
        }
    }

    private func write(
        _ quoted: [UInt8], of column: String, _ style: DelimitedValueWriter.Style,
        _ writer: inout DelimitedValueWriter, _ output: OutputBuffer.Output
    ) throws {
        try quoted.withUnsafeBufferPointer {
            let value = QuotedValue(text: UnsafeBufferPointer(rebasing: $0[1..<$0.count - 1]))
            guard try writer.write(value, style, output) else {
                throw SettingsError.unquotableValue(column: column, row: rows + 1)
            }
        }
    }
}

/// Quotes a value like COPY.
private func quoted(_ text: String) -> [UInt8] {
    // By bytes: for Swift, a quote with a combining mark is one character.
    let quote = UInt8(ascii: "\"")
    return [quote] + text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
}

extension Quoting {
    fileprivate func style(isNumber: Bool) -> DelimitedValueWriter.Style {
        switch self {
        case .all, .nonNull: .quoted
        case .minimal: .quotedIfNeeded
        case .nonNumeric: isNumber ? .quotedIfNeeded : .quoted
        case .none: .bare
        }
    }

    /// As in COPY, `non_null` applies only to values.
    fileprivate var styleOfNames: DelimitedValueWriter.Style {
        switch self {
        case .all, .nonNumeric: .quoted
        case .minimal, .nonNull: .quotedIfNeeded
        case .none: .bare
        }
    }
}
