import Foundation
import Testing
import Values

@Suite("Any JSON", .fuzzing)
struct JSONFuzzTests {
    private static let tokens = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0000", "null",
        "true", "false", "-", "+", ".", "e", "E", "0", "1e5", "-0", "1e400", "1e-400", " ", "\t",
        "\n", "\r", "\u{c}", "\u{feff}", "/", "//", "NaN", "Infinity",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    ]

    @Test func `is read as Foundation reads it, and as it was written`() async throws {
        try await Fuzz("json").run(tries: 6_000) { random in
            let text = random.json(depth: 4)
            return random.once(in: 3) ? text : random.mutated(text, tokens: Self.tokens)
        } check: { text in
            let value = JSONValue(json: text)
            if let value {
                let written = value.text
                guard let again = JSONValue(json: written) else {
                    throw Violation("what was written cannot be read: \(written)")
                }
                try require(again == value, "it is read as another value: \(written)")
                try require(again.text == written, "it is written otherwise: \(again.text)")
            }
            if Self.isReadOtherwise(text) { return }
            let data = Data(text.utf8)
            let theirs = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
            try require(
                (value == nil) == (theirs == nil),
                value == nil ? "Foundation reads it" : "Foundation refuses it")
            // Of a key that is there twice Foundation takes the first value or the last.
            if let value, value.members == Self.membersWritten(in: text),
                let theirs = try? JSONDecoder().decode(JSONValue.self, from: data)
            {
                try require(
                    theirs.rounded == value.rounded,
                    "Foundation reads \(theirs.text), not \(value.text)")
            }
        }
    }

    /// How many colons are outside of strings.
    private static func membersWritten(in text: String) -> Int {
        var count = 0
        var (isString, isEscape) = (false, false)
        for byte in text.utf8 {
            switch byte {
            case _ where isEscape: isEscape = false
            case UInt8(ascii: "\\"): isEscape = isString
            case UInt8(ascii: "\""): isString.toggle()
            case UInt8(ascii: ":"): count += isString ? 0 : 1
            default: break
            }
        }
        return count
    }

    /// Where the rules differ: Foundation guesses encodings by zero bytes and a byte order mark,
    /// lets a list end in a comma, which JSON does not, and does not look at a number whose key
    /// comes again: one that no double holds.
    private static func isReadOtherwise(_ text: String) -> Bool {
        text.unicodeScalars.first == "\u{feff}" || text.utf8.prefix(4).contains(0)
            || text.contains(/,[ \t\r\n]*[\]}]/) || text.contains(/[eE][+-]?[0-9]{4}/)
    }

    @Test func `nests as deep as is allowed, and no deeper`() async throws {
        try await Fuzz("json-depth").run(tries: 300) { random in
            let depth = random.number(190...210)
            let opening = (0..<depth).map { _ in random.pick(["[", "{\"a\":"]) }
            let closing = opening.reversed().map { $0 == "[" ? "]" : "}" }
            return opening.joined() + "1" + closing.joined()
        } check: { text in
            let depth = text.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
            try require(
                (JSONValue(json: text) != nil) == (depth <= JSONValue.depthMax),
                "\(depth) levels")
        }
    }
}

extension JSONValue {
    /// How many members its objects have in all.
    fileprivate var members: Int {
        switch self {
        case .object(let members): members.count + members.values.reduce(0) { $0 + $1.members }
        case .array(let elements): elements.reduce(0) { $0 + $1.members }
        default: 0
        }
    }

    /// With all numbers as the nearest `Double`: Foundation cuts the fraction off some large ones.
    fileprivate var rounded: JSONValue {
        switch self {
        case .int(let number): .double(Double(number))
        case .object(let members): .object(members.mapValues(\.rounded))
        case .array(let elements): .array(elements.map(\.rounded))
        default: self
        }
    }
}

extension SeededRandom {
    /// A valid text of JSON.
    mutating func json(depth: Int) -> String {
        let space = once(in: 4) ? pick([" ", "\n", "\t", "\r\n", "  "]) : ""
        switch number(0...(depth > 0 ? 8 : 4)) {
        case 0: return space + pick(["null", "true", "false"]) + space
        case 1, 2: return space + jsonNumber() + space
        case 3, 4: return space + jsonString() + space
        case 5, 6:
            return "[" + list(0...4) { $0.json(depth: depth - 1) }.joined(separator: ",")
                + space + "]"
        default:
            let members = list(0...4) { random in
                random.jsonString() + space + ":" + random.json(depth: depth - 1)
            }
            return "{" + space + members.joined(separator: "," + space) + "}"
        }
    }

    private mutating func jsonNumber() -> String {
        let sign = once(in: 3) ? "-" : ""
        let whole = once(in: 3) ? "0" : "\(number(1...pick([9, 1_000, UInt64.max])))"
        let fraction = once(in: 3) ? "." + list(1...20) { "\($0.number(0...9))" }.joined() : ""
        let exponent =
            once(in: 3) ? pick(["e", "E"]) + pick(["", "-", "+"]) + "\(number(0...310))" : ""
        return sign + whole + fraction + exponent
    }

    private mutating func jsonString() -> String {
        let pieces = list(0...5) { random in
            switch random.number(0...4) {
            case 0: return random.pick(["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"])
            case 1:
                let digits = String(random.number(0...UInt32(0xd7ff)), radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            case 2: return random.pick(["\\ud83d\\ude00", "\\uD834\\uDd1E", "é", "e\u{301}", "e"])
            default:
                let text = random.text(0...4).unicodeScalars.filter {
                    $0.value >= 0x20 && $0 != "\"" && $0 != "\\"
                }
                return String(String.UnicodeScalarView(text))
            }
        }
        return "\"" + pieces.joined() + "\""
    }
}
