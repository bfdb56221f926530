import Foundation

/// The name of an object: trimmed, 1–128 characters, without control characters.
///
/// Two names are the same when their ``key``s are.
public struct Name: Hashable, Sendable {
    /// The longest name, in Unicode scalars (as PostgreSQL's `char_length` counts).
    public static let charactersMax = 128

    /// The original text, without surrounding white space.
    public let text: String
    /// The unique form: lower case, composed (NFC).
    public let key: String

    /// - Parameter what: What the text is, for the message: `export name`.
    public init(_ text: String, of what: String) throws(InvalidName) {
        let trimmed = Name.trimmed(text)
        if trimmed.isEmpty {
            throw InvalidName(
                "\(what) is empty",
                hint: "give a name of 1 to \(Name.charactersMax) characters")
        }
        // A name has at most as many scalars as bytes, so most need no counting.
        if trimmed.utf8.count > Name.charactersMax {
            let count = trimmed.unicodeScalars.count
            if count > Name.charactersMax {
                throw InvalidName(
                    "\(what) has \(count) characters, at most \(Name.charactersMax) are allowed",
                    hint: "choose a shorter name")
            }
        }
        if trimmed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw InvalidName(
                "\(what) \(quoted(trimmed)) contains a control character",
                hint: "remove tabs, line ends and other control characters from it")
        }
        self.text = trimmed
        key = Name.key(of: trimmed)
    }

    /// The name as the most forgiving file system would compare it: without differences of case,
    /// and of forms that Unicode calls compatible (NFKC).
    public var folded: String {
        text.precomposedStringWithCompatibilityMapping.lowercased()
            .precomposedStringWithCompatibilityMapping
    }

    /// The key of a name that was accepted before.
    public static func key(of name: String) -> String {
        let trimmed = trimmed(name)
        let lower = trimmed.lowercased()
        if lower.utf8.allSatisfy({ $0 < 0x80 }) { return lower }
        return lower.precomposedStringWithCanonicalMapping
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return text }
        if !first.properties.isWhitespace && !last.properties.isWhitespace { return text }
        let start = scalars.drop { $0.properties.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}

/// Why a text is not a ``Name``.
public struct InvalidName: Error, Hashable, Sendable {
    /// Names the text and the rule; safe to show.
    public let message: String
    /// How to correct it.
    public let hint: String

    init(_ message: String, hint: String) {
        self.message = message
        self.hint = hint
    }
}
