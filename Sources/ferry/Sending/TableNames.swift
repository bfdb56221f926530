import Values

/// Names of tables, as given on the command line.
enum TableNames {
    static let help =
        "Tables, separated by commas: public.customers,public.orders; or all. Repeatable."

    /// The argument `tables` of a command; nil when none were given.
    static func json(_ texts: [String]) -> JSONValue? {
        if texts.isEmpty { return nil }
        if texts == ["all"] { return "all" }
        return .array(texts.flatMap(\.namesBetweenCommas).map(JSONValue.string))
    }
}
