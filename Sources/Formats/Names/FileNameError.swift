public import Values

/// Why the files of a run cannot be named.
public enum FileNameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Two tables would write one file, at least if case and normalization are ignored.
    case collision(TableName, TableName, file: String)
    /// Two tables of the same name would fill one table of the target's schema.
    case oneTarget(TableName, TableName)
    /// The template gives all tables the same name.
    case oneNameForAll(tables: Int, file: String)
    /// A table would overwrite another file of the delivery.
    case reserved(TableName, file: String)
    /// The template of an archive's name has a placeholder for files of single tables.
    case notOfArchives(placeholder: String)

    public var description: String {
        switch self {
        case .collision(let first, let second, let file) where first == second:
            "table \"\(shown(first.qualified))\" is listed twice and would write "
                + "\"\(shown(file))\" twice: "
                + "list it once"
        case .collision(let first, let second, let file):
            "tables \"\(spelled(first, beside: second))\" and "
                + "\"\(spelled(second, beside: first))\" "
                + "would both write \"\(shown(file))\" (on some systems names that differ only in "
                + "case or accent encoding are the same): name them in two data exports, or rename "
                + "one"
        case .oneTarget(let first, let second):
            "tables \"\(shown(first.qualified))\" and \"\(shown(second.qualified))\" would "
                + "both fill the table "
                + "\"\(shown(first.name))\" of the target: send them in two data exports, to "
                + "destinations with different schemas"
        case .oneNameForAll(let tables, let file):
            "the data template's file_name has no {{table}}, so all \(tables) tables would write "
                + "\"\(shown(file))\": put {{table}} into it, or send each table in a separate "
                + "data export"
        case .reserved(let table, let file):
            "table \"\(shown(table.qualified))\" would write \"\(shown(file))\", the name of "
                + "the manifest: "
                + "choose another file format or file_name, or omit the table"
        case .notOfArchives(let placeholder):
            "an archive contains the files of all tables, so its file_name cannot have "
                + "{{\(placeholder)}}: remove it; the files in the archive are named after their "
                + "tables"
        }
    }

    /// In SQL notation, with separate parts; similar texts with code points.
    private func spelled(_ table: TableName, beside other: TableName) -> String {
        let text = shown(table.canonical)
        // Swift considers two encodings of one text equal.
        guard text == shown(other.canonical) else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.isASCII ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }.joined()
    }
}
