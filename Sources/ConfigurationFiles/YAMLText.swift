import Values

/// Writes YAML with the same meaning in YAML 1.1 and 1.2.
struct YAMLText {
    private(set) var text = ""

    /// One member of a mapping, and all that is below it.
    mutating func write(_ key: String, _ value: JSONValue, indentation: Int) {
        text += String(repeating: " ", count: indentation) + Self.key(key) + ":"
        write(value, indentation: indentation)
    }

    /// The key of a mapping whose members follow.
    mutating func open(_ key: String, indentation: Int) {
        text += String(repeating: " ", count: indentation) + Self.key(key) + ":\n"
    }

    mutating func comment(_ line: String) { text += "# \(line)\n" }

    private mutating func write(_ value: JSONValue, indentation: Int) {
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "\n"
            for (key, value) in members.sorted(by: { Self.precedes($0.key, $1.key) }) {
                write(key, value, indentation: indentation + 2)
            }
        case .array(let elements) where elements.contains(where: Self.isNested):
            // Rare, and not clearer on several lines.
            text += " \(Self.flow(value))\n"
        case .array(let elements) where !elements.isEmpty:
            text += "\n"
            for element in elements {
                text += String(repeating: " ", count: indentation + 2) + "- "
                text += Self.scalar(element) + "\n"
            }
        case .string(let string) where Self.isBlock(string): writeBlock(string, indentation + 2)
        default: text += " \(Self.scalar(value))\n"
        }
    }

    private mutating func writeBlock(_ string: String, _ indentation: Int) {
        let endsLine = string.hasSuffix("\n")
        text += endsLine ? " |\n" : " |-\n"
        for line in (endsLine ? string.dropLast() : string[...])
            .split(separator: "\n", omittingEmptySubsequences: false)
        {
            text += line.isEmpty ? "\n" : String(repeating: " ", count: indentation) + line + "\n"
        }
    }

    private static func isNested(_ value: JSONValue) -> Bool {
        switch value {
        case .object, .array: true
        default: false
        }
    }

    /// The value on one line.
    private static func flow(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[" + elements.map(flow).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.sorted { precedes($0.key, $1.key) }
                .map { "\(quoted($0.key)): \(flow($0.value))" }.joined(separator: ", ") + "}"
        case .string(let text): quoted(text)
        default: value.text
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        if case .string(let text) = value, isPlain(text) { return text }
        if case .string(let text) = value { return quoted(text) }
        return value.text
    }

    private static func key(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// By the bytes, so that the order depends on nothing else.
    static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }

    /// Whether the text needs no quotes: every reader reads it as text.
    static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            first.properties.isAlphabetic || first == "/" || first == "_",
            last != " ", last != ":", !words.contains(text.lowercased())
        else { return false }
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == " ", previous == ":" { return false }
            let isFine =
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || " _-./:+@=$".unicodeScalars.contains(scalar)
            if !isFine { return false }
        }
        return true
    }

    /// Words that some readers take for a boolean, null or a number.
    private static let words: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf", "infinity",
    ]

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if let escape = scalar.shortEscape {
                result += escape
            } else if scalar.isVisible {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16)
                let count = scalar.value > 0xffff ? 8 : 4
                result += count == 8 ? "\\U" : "\\u"
                result += String(repeating: "0", count: count - digits.count) + digits
            }
        }
        return result + "\""
    }

    /// Whether the text has several lines and can be written as a block.
    private static func isBlock(_ text: String) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 1, !text.hasSuffix("\n\n"), text != "\n" else { return false }
        // By bytes: a space and a combining mark behind it are one character.
        return lines.first?.utf8.first != UInt8(ascii: " ") && lines.first?.isEmpty == false
            && lines.allSatisfy { line in
                line.last != " " && line.unicodeScalars.allSatisfy(\.isVisible)
            }
    }
}
