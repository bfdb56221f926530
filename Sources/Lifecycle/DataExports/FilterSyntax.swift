/// Checks that a text can be put in parentheses in SQL without an effect outside of them.
///
/// It scans the text as PostgreSQL's own scanner does while `standard_conforming_strings` is on. It
/// rejects what is hard to scan and never needed: comments, a dollar sign in or next to a name or a
/// number, and adjacent strings that are joined implicitly.
public enum FilterSyntax {
    /// What is wrong with the filter, as a predicate after its name; nil if it is valid.
    public static func problem(in filter: String) -> String? {
        var scanner = FilterScanner(filter)
        return scanner.problem()
    }
}

private struct FilterScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func problem() -> String? {
        if bytes.contains(0) { return "contains a NUL character" }
        if bytes.allSatisfy(Self.isSpace) { return "is empty" }
        while position < bytes.count {
            if let problem = token() { return problem }
        }
        return depth == 0 ? nil : "has an unclosed parenthesis"
    }

    /// Skips one token, or returns why it is not allowed.
    private mutating func token() -> String? {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"): return string(hasEscapes: false)
        case UInt8(ascii: "\""): return quotedName()
        case UInt8(ascii: "$"): return dollarQuoted()
        case UInt8(ascii: ";"): return "contains a semicolon outside of quotes"
        case UInt8(ascii: "-") where peek(1) == byte,
            UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
            return "contains a comment"
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"):
            depth -= 1
            if depth < 0 { return "has an unmatched closing parenthesis" }
        case _ where Self.isOfWord(byte): return word()
        default: break
        }
        position += 1
        return nil
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func word() -> String? {
        let start = position
        while let byte = peek(), Self.isOfWord(byte) { position += 1 }
        if peek() == UInt8(ascii: "$") {
            return "contains a dollar sign next to a name or a number: put such a name in double "
                + "quotes"
        }
        let isE = position == start + 1 && bytes[start] | 0x20 == UInt8(ascii: "e")
        return isE && peek() == UInt8(ascii: "'") ? string(hasEscapes: true) : nil
    }

    private mutating func string(hasEscapes: Bool) -> String? {
        position += 1
        while let byte = peek() {
            position += 1
            if hasEscapes, byte == UInt8(ascii: "\\") {
                position += 1
            } else if byte == UInt8(ascii: "'") {
                if peek() != byte { return stringBehind() }
                position += 1
            }
        }
        return "has an unclosed string"
    }

    /// A string after another one and a line end would continue with that one's rules.
    private func stringBehind() -> String? {
        let next = bytes[position...].first { !Self.isSpace($0) }
        return next == UInt8(ascii: "'")
            ? "has a string directly after a string: join them with ||" : nil
    }

    private mutating func quotedName() -> String? {
        guard let end = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "\"")) else {
            return "has an unclosed quoted name"
        }
        // Two quotes in a row, which are one of the name, are skipped as the end of one name and
        // the beginning of another.
        position = end + 1
        return nil
    }

    private mutating func dollarQuoted() -> String? {
        var end = position + 1
        while end < bytes.count, Self.isOfWord(bytes[end]) { end += 1 }
        let isDigit = end > position + 1 && Self.isDigit(bytes[position + 1])
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$"), !isDigit else {
            return "contains a dollar sign that does not begin a string: filters have no parameters"
        }
        let mark = Array(bytes[position...end])
        var start = end + 1
        while start + mark.count <= bytes.count {
            if bytes[start..<start + mark.count].elementsEqual(mark) {
                position = start + mark.count
                return nil
            }
            start += 1
        }
        return "has an unclosed dollar-quoted string"
    }

    // As PostgreSQL, which takes every byte beyond ASCII for a letter.
    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"), 0x80...:
            true
        default: isDigit(byte)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }
}
