/// CSV, as PostgreSQL's COPY writes it.
struct CSVCopyFormat: CopyFormat {
    let settings: DataTemplateSettings

    var copyOptions: String {
        var options = [
            "FORMAT csv",
            "HEADER \(settings.header)",
            "DELIMITER \(literal(settings.delimiter.rawValue))",
            "NULL \(literal(settings.nullText))",
            "QUOTE '\"'",
            "ESCAPE '\"'",
            "ENCODING 'UTF8'",
        ]
        if settings.quote == .nonNull { options.append("FORCE_QUOTE *") }
        return "WITH (" + options.joined(separator: ", ") + ")"
    }

    var headerMessages: Int { settings.header ? 1 : 0 }

    func makeRecordCounter() -> any RecordCounter { CSVRecordCounter() }

    /// A string constant that reads the same whatever `standard_conforming_strings` is.
    private func literal(_ text: String) -> String {
        let isEscaped = text.contains("\\")
        let quoted = text.replacing("\\", with: "\\\\").replacing("'", with: "''")
        return (isEscaped ? "E'" : "'") + quoted + "'"
    }
}
