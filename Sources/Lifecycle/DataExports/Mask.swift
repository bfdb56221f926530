import Values

/// How the values of a column are masked. The source does it: unmasked values never leave it.
///
/// In JSON `"null"`, `"hash"`, `{"keep_first": 2}`, `{"keep_last": 4}` or `{"constant": "x"}`.
public enum Mask: Hashable, Sendable {
    /// Every value is NULL; the column keeps its type.
    case null
    /// The SHA-256 of the value's text, in hexadecimal. NULL stays NULL.
    case hash
    /// The first characters of the value's text; the others are asterisks. NULL stays NULL.
    case keepFirst(Int)
    /// The last characters of the value's text; the others are asterisks. NULL stays NULL.
    case keepLast(Int)
    /// The same text in every row, whether the value is NULL or not.
    case constant(String)

    /// The most characters of a value that are kept.
    static let keptMax = 1_000
    /// The most characters of a constant.
    static let constantCharactersMax = 1_000

    /// The kind of mask, as in manifests.
    public var word: String {
        switch self {
        case .null: "null"
        case .hash: "hash"
        case .keepFirst: "keep_first"
        case .keepLast: "keep_last"
        case .constant: "constant"
        }
    }

    init(_ json: JSONValue, of column: String) throws(InvalidTableSettings) {
        switch json {
        case "null": self = .null
        case "hash": self = .hash
        case .object(let given) where given.count == 1 && given["keep_first"] != nil:
            self = .keepFirst(try Self.kept(given["keep_first"], column))
        case .object(let given) where given.count == 1 && given["keep_last"] != nil:
            self = .keepLast(try Self.kept(given["keep_last"], column))
        case .object(let given) where given.count == 1 && given["constant"] != nil:
            self = .constant(try Self.constant(given["constant"], column))
        default:
            throw InvalidTableSettings(
                "column \(quoted(column)) has an unknown mask",
                hint: "masks: \"null\", \"hash\", {\"keep_first\": 2}, {\"keep_last\": 4}, "
                    + "{\"constant\": \"x\"}")
        }
    }

    private static func kept(
        _ json: JSONValue?, _ column: String
    ) throws(InvalidTableSettings) -> Int {
        guard case .int(let count) = json, (0...Int64(keptMax)).contains(count) else {
            throw InvalidTableSettings(
                "the mask of column \(quoted(column)) must keep 0 to \(keptMax) characters",
                hint: "give a whole number; values that are not longer are sent unmasked")
        }
        return Int(count)
    }

    private static func constant(
        _ json: JSONValue?, _ column: String
    ) throws(InvalidTableSettings) -> String {
        guard case .string(let text) = json, !text.utf8.contains(0),
            text.unicodeScalars.count <= constantCharactersMax
        else {
            throw InvalidTableSettings(
                "the constant of column \(quoted(column)) must be a string of at most "
                    + "\(constantCharactersMax) characters, without NUL",
                hint: "shorten it, or use \"null\" to send NULL")
        }
        return text
    }

    var json: JSONValue {
        switch self {
        case .null, .hash: .string(word)
        case .keepFirst(let count), .keepLast(let count): [word: .int(Int64(count))]
        case .constant(let text): [word: .string(text)]
        }
    }
}
