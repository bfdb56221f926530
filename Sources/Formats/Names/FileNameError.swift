public import Lifecycle

/// Why the files of a run cannot be given names.
public enum FileNameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Two tables would write one file, at least where case and normalisation are ignored.
    case collision(TableName, TableName, file: String)
    /// Two tables of one name would go into one table of the target's schema.
    case oneTarget(TableName, TableName)
    /// The template gives all tables one name.
    case oneNameForAll(tables: Int, file: String)
    /// A table would overwrite what the delivery has besides its files.
    case reserved(TableName, file: String)
    /// The template of an archive's name has a placeholder that only a table's file has.
    case notOfArchives(placeholder: String)

    public var description: String {
        switch self {
        case .collision(let first, let second, let file) where first == second:
            "table \"\(shown(first))\" is listed twice and would write \"\(file.shown)\" twice: "
                + "list it once"
        case .collision(let first, let second, let file):
            "tables \"\(shown(first, beside: second))\" and \"\(shown(second, beside: first))\" "
                + "would both write \"\(file.shown)\" (on some systems names are one that differ "
                + "in case, or in how accents are encoded): name them in two data exports, or "
                + "rename one"
        case .oneTarget(let first, let second):
            "tables \"\(shown(first))\" and \"\(shown(second))\" would both go into the table "
                + "\"\(first.name.shown)\" of the target: send them in two data exports, to "
                + "destinations with schemas of their own"
        case .oneNameForAll(let tables, let file):
            "the data template's file_name has no {{table}}, so all \(tables) tables would write "
                + "\"\(file.shown)\": put {{table}} into it, or send each table in a data export "
                + "of its own"
        case .reserved(let table, let file):
            "table \"\(shown(table))\" would write \"\(file.shown)\", the name of the manifest: "
                + "choose another file format or file_name, or leave the table out"
        case .notOfArchives(let placeholder):
            "an archive holds the files of all tables, so its file_name cannot have "
                + "{{\(placeholder)}}: take it out; the files in the archive are named after "
                + "their tables"
        }
    }

    private func shown(_ table: TableName) -> String { table.qualified.shown }

    /// As SQL writes it, so that the parts are told apart; and what looks alike by its code points.
    private func shown(_ table: TableName, beside other: TableName) -> String {
        let text = table.canonical.shown
        // Swift takes two encodings of one text for equal.
        guard text == other.canonical.shown else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.isASCII ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }.joined()
    }
}
