import Values

/// Why JSON settings were rejected. Each description names the setting, the rule and the allowed
/// values.
public enum SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not a JSON object. `subject` names the object of the settings.
    case notAnObject(subject: String)
    /// Unknown setting.
    case unknownSetting(String, subject: String, known: [String])
    /// A required setting is missing.
    case missing(setting: String, rule: String)
    /// The value has the wrong JSON type.
    case wrongType(setting: String, expected: String, actual: String)
    /// The value has the right type but is not allowed.
    case notAllowed(setting: String, value: String, rule: String)
    /// The text of the setting has a syntax error at a character, counted from 1.
    case malformed(setting: String, character: Int, reason: String)
    /// The setting is for delimited formats, and the format is not one.
    case notOfFormat(setting: String, format: String)
    /// The setting is for files, and the format is `table`.
    case notOfTables(setting: String)
    /// The setting is only for the format `table`.
    case onlyOfTables(setting: String)
    /// The row number column would have the name of a column of the table.
    case rowNumberTaken(name: String, table: String)
    /// The name of a column cannot be written without quotes.
    case unquotableName(column: String, table: String)
    /// A value cannot be written without quotes. Rows count from 1.
    case unquotableValue(column: String, row: Int64)

    public var description: String {
        switch self {
        case .notAnObject(let subject):
            "the settings of a \(subject) must be a JSON object, such as {}"
        case .unknownSetting(let name, let subject, let known):
            "a \(subject) has no setting \"\(shown(name))\"; settings: "
                + known.joined(separator: ", ")
        case .missing(let setting, let rule):
            "setting \"\(setting)\" is missing: it \(rule)"
        case .wrongType(let setting, let expected, let actual):
            "setting \"\(setting)\" must be \(expected), was \(actual)"
        case .notAllowed(let setting, let value, let rule):
            "setting \"\(setting)\" \(rule); was \"\(shown(value))\""
        case .malformed(let setting, let character, let reason):
            "\(setting), character \(character): \(reason)"
        case .notOfFormat(let setting, let format):
            "setting \"\(setting)\" is only for the formats csv, tsv, psv and delimited: omit it "
                + "for the format \"\(format)\""
        case .notOfTables(let setting):
            "setting \"\(setting)\" is only for files, and the format \"table\" fills tables: omit "
                + "it"
        case .onlyOfTables(let setting):
            "setting \"\(setting)\" is only for the format \"table\": omit it"
        case .rowNumberTaken(let name, let table):
            "table \"\(shown(table))\" already has a column \"\(shown(name))\": choose another "
                + "name for the setting \"row_number\""
        case .unquotableName(let column, let table):
            "the name of column \"\(shown(column))\" of table \"\(shown(table))\" "
                + Self.quotesNeeded
        case .unquotableValue(let column, let row):
            "column \"\(shown(column))\" of row \(row) " + Self.quotesNeeded
        }
    }

    private static let quotesNeeded =
        "contains a delimiter, a quote or a line end, or equals the null text, but the setting "
        + "\"quote\" is \"none\": choose another one, or another null text, or set \"escape\" to "
        + "\"backslash\""
}
