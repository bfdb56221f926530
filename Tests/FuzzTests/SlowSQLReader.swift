import Foundation

/// Splits SQL into tokens by the rules of PostgreSQL's scanner (`scan.l`, with
/// `standard_conforming_strings` on), each a regular expression as there: slow, and with nothing in
/// common with the code that it is compared with.
struct SlowSQLReader {
    private let text: NSString
    private var position = 0

    init(_ text: String) { self.text = text as NSString }

    private static func rule(_ pattern: String) -> NSRegularExpression? {
        try? NSRegularExpression(pattern: "\\G(?:" + pattern + ")")
    }

    private static let letter = "[A-Za-z_\\x{80}-\\x{10ffff}]"
    /// Strings go on behind white space with a line end in it.
    private static let further = "(?:[ \\t\\f\\x0b]*[\\n\\r][ \\t\\n\\r\\f\\x0b]*"
    private static let space = rule("[ \\t\\n\\r\\f\\x0b]+")
    private static let escaped = rule(
        "[eE]'(?:[^'\\\\]|''|\\\\[\\s\\S])*'" + further + "'(?:[^'\\\\]|''|\\\\[\\s\\S])*')*")
    private static let string = rule(
        "(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'" + further + "'(?:[^']|'')*')*")
    private static let name = rule("(?:[uU]&)?\"(?:[^\"]|\"\")*\"")
    private static let dollarQuote = rule("\\$(?:\(letter)(?:\(letter)|[0-9])*)?\\$")
    private static let word = rule("\(letter)(?:\(letter)|[0-9$])*")
    private static let number = rule("(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
    private static let other = rule("[^'\"$;A-Za-z_\\x{80}-\\x{10ffff}]")

    /// Whether all strings, names and parentheses end within, none ends what is outside, and
    /// nothing in it ends a statement or begins a comment or a parameter.
    var isContained: Bool {
        mutating get {
            var depth = 0
            while position < text.length {
                if take(Self.space) != nil { continue }
                let rest = text.substring(from: position)
                if rest.hasPrefix("--") || rest.hasPrefix("/*") { return false }
                if take(Self.escaped) != nil || take(Self.string) != nil { continue }
                if take(Self.name) != nil || take(Self.word) != nil { continue }
                if take(Self.number) != nil { continue }
                if let mark = take(Self.dollarQuote) {
                    let left = NSRange(location: position, length: text.length - position)
                    let end = text.range(of: mark, options: .literal, range: left)
                    if end.location == NSNotFound { return false }
                    position = end.location + end.length
                    continue
                }
                switch take(Self.other) {
                case "(": depth += 1
                case ")":
                    depth -= 1
                    if depth < 0 { return false }
                case nil: return false
                default: break
                }
            }
            return depth == 0
        }
    }

    private mutating func take(_ rule: NSRegularExpression?) -> String? {
        let range = NSRange(location: position, length: text.length - position)
        guard let match = rule?.firstMatch(in: text as String, range: range) else { return nil }
        position = match.range.location + match.range.length
        return text.substring(with: match.range)
    }
}
