/// Writes rows, which it reads as ``QuotedRowReader/copyOptions`` say, as a delimited file.
final class DelimitedEncoder: RowEncoder {
    private(set) var rows: Int64 = 0
    private let columns: [Column]
    private let header: [Column]?
    private let rowNumber: Column?
    private var writer: DelimitedValueWriter
    private var isBegun = false

    private struct Column {
        let name: String
        let style: DelimitedValueWriter.Style
    }

    init(settings: DataTemplateSettings, columns: [TableColumn]) {
        let quote = settings.quote
        self.columns = columns.map {
            Column(name: $0.name, style: quote.style(isNumber: $0.isNumber))
        }
        let names = [settings.rowNumber].compactMap { $0 } + columns.map(\.name)
        header =
            settings.header
            ? names.map { Column(name: $0, style: quote.styleOfNames) } : nil
        rowNumber = settings.rowNumber.map {
            Column(name: $0, style: quote.style(isNumber: true))
        }
        writer = DelimitedValueWriter(settings, isAlone: names.count == 1)
    }

    func process(
        _ bytes: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard var reader = QuotedRowReader(bytes) else { return }
        try begin(output)
        while !reader.isAtEnd { try writeRow(&reader, output) }
    }

    func finish(into output: (UnsafeRawBufferPointer) throws -> Void) throws {
        try begin(output)
        try writer.finish(output)
    }

    private func begin(_ output: OutputBuffer.Output) throws {
        guard !isBegun else { return }
        isBegun = true
        guard let header else { return }
        for (index, column) in header.enumerated() {
            if index > 0 { try writer.writeDelimiter(output) }
            try write(column.name, of: column, output)
        }
        try writer.writeLineEnd(output)
    }

    private func writeRow(_ reader: inout QuotedRowReader, _ output: OutputBuffer.Output) throws {
        if let rowNumber { try write(String(rows + 1), of: rowNumber, output) }
        if columns.isEmpty { try reader.emptyRow() }
        for index in columns.indices {
            if index > 0 || rowNumber != nil { try writer.writeDelimiter(output) }
            let value = try reader.value(isLast: index == columns.count - 1)
            try write(value, of: columns[index], output)
        }
        try writer.writeLineEnd(output)
        rows += 1
    }

    private func write(
        _ text: String, of column: Column, _ output: OutputBuffer.Output
    ) throws {
        // As COPY quotes a value. By bytes: a quote and a mark upon it are one character for Swift.
        let quote = UInt8(ascii: "\"")
        let quoted = [quote] + text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
        try quoted.withUnsafeBufferPointer {
            let value = QuotedValue(text: UnsafeBufferPointer(rebasing: $0[1..<$0.count - 1]))
            try write(value, of: column, output)
        }
    }

    private func write(
        _ value: QuotedValue, of column: Column, _ output: OutputBuffer.Output
    ) throws {
        guard try writer.write(value, column.style, output) else {
            throw SettingsError.unquotableValue(column: column.name, row: rows + 1)
        }
    }
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

    /// As COPY, `non_null` is about values only.
    fileprivate var styleOfNames: DelimitedValueWriter.Style {
        switch self {
        case .all, .nonNumeric: .quoted
        case .minimal, .nonNull: .quotedIfNeeded
        case .none: .bare
        }
    }
}
