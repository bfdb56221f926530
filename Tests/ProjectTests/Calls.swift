/// A call in Swift or SQL.
struct Call {
    let name: String
    let arguments: [String]
    /// All between the parentheses.
    let text: String

    /// The calls of names that this matches; it ends with the parenthesis, and its first group is
    /// the name.
    static func all(
        in text: String, _ pattern: Regex<(Substring, Substring)>, quote: Character = "'"
    ) -> [Call] {
        text.matches(of: pattern).map { match in
            let arguments = arguments(from: match.range.upperBound, in: text, quote)
            return Call(
                name: String(match.output.1), arguments: arguments,
                text: arguments.joined(separator: ","))
        }
    }

    /// - Parameter start: After the opening parenthesis.
    private static func arguments(
        from start: String.Index, in text: String, _ quote: Character
    ) -> [String] {
        var depth = 0
        var isQuoted = false
        var arguments = [""]
        for character in text[start...] {
            if character == quote { isQuoted.toggle() }
            if !isQuoted {
                if character == ")" && depth == 0 { break }
                if character == "," && depth == 0 {
                    arguments.append("")
                    continue
                }
                if "([".contains(character) { depth += 1 }
                if ")]".contains(character) { depth -= 1 }
            }
            arguments[arguments.count - 1].append(character)
        }
        if arguments.count == 1, arguments[0].allSatisfy(\.isWhitespace) { arguments = [] }
        return arguments
    }
}
