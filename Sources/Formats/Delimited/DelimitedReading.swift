public import Values

extension DataTemplateSettings {
    /// How a table becomes a delimited file: by COPY alone if it supports the settings, otherwise
    /// re-encoded from rows with all values quoted.
    func delimitedReading(of columns: [TableColumn]) -> TableReading {
        if isWrittenByCopy(columns) {
            return TableReading(
                copyOptions: copyOptions, messagesBesideRows: header ? 1 : 0)
        }
        return TableReading(copyOptions: QuotedRowReader.copyOptions) {
            DelimitedEncoder(settings: self, columns: columns)
        }
    }

    /// Whether the file has COPY's own bytes.
    private func isWrittenByCopy(_ columns: [TableColumn]) -> Bool {
        guard lineEnding == .lineFeed, rowNumber == nil, !formulaGuard,
            delimiter.bytes.count == 1
        else { return false }
        switch (quote, escape) {
        case (.minimal, .doubled), (.nonNull, .doubled): return true
        case (.nonNull, .backslash):
            // COPY does not quote names, and readers other than PostgreSQL would remove it.
            return !columns.contains { $0.name.utf8.contains(UInt8(ascii: "\\")) }
        default: return false
        }
    }

    private var copyOptions: String {
        var options = [
            "FORMAT csv",
            "HEADER \(header)",
            "DELIMITER \(literal(delimiter.text))",
            "NULL \(literal(nullText))",
            "QUOTE '\"'",
            "ESCAPE \(literal(escape == .doubled ? "\"" : "\\"))",
            "ENCODING 'UTF8'",
        ]
        if quote == .nonNull { options.append("FORCE_QUOTE *") }
        return "WITH (" + options.joined(separator: ", ") + ")"
    }

    /// A string constant that does not depend on `standard_conforming_strings`.
    private func literal(_ text: String) -> String {
        let isEscaped = text.unicodeScalars.contains("\\")
        var literal = isEscaped ? "E'" : "'"
        // By scalars: for Swift, a quote with a combining mark is one character.
        for scalar in text.unicodeScalars {
            if scalar == "\\" || scalar == "'" { literal.unicodeScalars.append(scalar) }
            literal.unicodeScalars.append(scalar)
        }
        return literal + "'"
    }

    /// Rejects a table that cannot be written with these settings, before anything is read.
    ///
    /// - Throws: ``SettingsError`` if a column has the name of the row number, or a name that
    ///   cannot be written without quotes.
    public func check(
        _ columns: [TableColumn], of table: TableName
    ) throws(SettingsError) {
        guard format.isDelimited else { return }
        if let rowNumber, columns.contains(where: { $0.name == rowNumber }) {
            throw .rowNumberTaken(name: rowNumber, table: table.qualified)
        }
        guard header, quote == .none else { return }
        for column in columns where !isBare(column.name) {
            throw .unquotableName(column: column.name, table: table.qualified)
        }
    }

    private func isBare(_ name: String) -> Bool {
        let delimiter = delimiter.scalar
        guard name != nullText else { return false }
        return escape == .backslash
            || !name.unicodeScalars.contains {
                $0 == delimiter || $0 == "\"" || $0 == "\n" || $0 == "\r"
            }
    }
}
