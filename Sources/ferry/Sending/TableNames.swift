import Lifecycle

/// Names of tables, as they are written on the command line.
enum TableNames {
    static let help =
        "Tables, separated by commas: public.customers,public.orders; or all. Repeatable."

    /// The argument `tables` of a command; nil when none were given.
    static func json(_ texts: [String]) -> JSONValue? {
        if texts.isEmpty { return nil }
        if texts == ["all"] { return "all" }
        return .array(texts.flatMap(split).map(JSONValue.string))
    }

    /// Splits at the commas that are not within double quotes.
    private static func split(_ text: String) -> [String] {
        var names = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted {
                names.append("")
            } else {
                names[names.count - 1].append(character)
            }
        }
        return names.map { name in
            String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
